//! `/api/clients`: add, read, change, delete.

use serde_json::json;
use tests::App;
use tests::people::id;

#[tokio::test]
async fn a_client_is_added_read_changed_and_deleted() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let body = json!({ "nom": "Librairie Vasseur", "type": "entreprise", "email": "h@vasseur.example", "langue": "fr" });
    let added = claire.post("/api/clients", body).await.expect(201);
    let path = format!("/api/clients/{}", id(&added));
    let read = claire.get(&path).await.expect(200);
    assert_eq!(read, added);
    assert_eq!(
        (&read["nom"], &read["type"], &read["langue"]),
        (&json!("Librairie Vasseur"), &json!("entreprise"), &json!("fr"))
    );

    let changed = claire.patch(&path, json!({ "nom": "Vasseur & fils", "email": null })).await.expect(200);
    assert_eq!((&changed["nom"], &changed["email"]), (&json!("Vasseur & fils"), &json!(null)));
    assert_eq!(claire.get("/api/clients").await.expect(200)["elements"].as_array().unwrap().len(), 1);

    claire.add_won_deal(id(&added), "Site", "100").await;
    claire.delete(&path).await.expect(200);
    claire.get(&path).await.expect(404);
    assert_eq!(app.count("SELECT count(*) FROM opportunite").await, 0);
}

#[tokio::test]
async fn a_client_with_money_is_not_deleted() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Librairie Vasseur").await;
    let deal = claire.add_paid_deal(&app, client, "Site", "100").await;
    claire.delete(&format!("/api/clients/{client}")).await.expect(409);
    claire.delete(&format!("/api/opportunites/{deal}")).await.expect(409);
    assert_eq!(app.count("SELECT count(*) FROM paiement").await, 1);
}

#[tokio::test]
async fn a_long_list_pages_by_cursor_without_a_gap() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    for i in 0..7 {
        claire.add_client(&format!("Client {i}")).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/api/clients?limite=3".to_owned());
    loop {
        let page = claire.get(&path).await.expect(200);
        seen.extend(page["elements"].as_array().unwrap().iter().map(|client| client["nom"].clone()));
        let Some(next) = page["suivant"].as_str() else { break };
        path = format!("/api/clients?limite=3&apres={next}");
    }
    let expected: Vec<_> = (0..7).rev().map(|i| json!(format!("Client {i}"))).collect();
    assert_eq!(seen, expected);
}
