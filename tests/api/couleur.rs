//! `couleur` of `/api/utilisateur`, its form in `/reglages`, and where clients see it.

use reqwest::Method;
use serde_json::json;
use tests::{Answer, App};

#[tokio::test]
async fn a_colour_stands_at_the_head_of_the_clients_pages_and_nowhere_else() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_paid_deal(&app, client, "Site", "100").await;
    let portail = claire.open_portail(client).await;
    let payer = claire.deal(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    let payer = payer.strip_prefix(&app.base).unwrap().to_owned();
    let pages =
        [format!("/portail/{}", portail.token), payer.clone(), format!("{payer}/recu"), "/reglages".into()];
    let band = r#"class="bande""#;
    for page in &pages {
        assert!(!claire.get(page).await.text.contains(band), "{page}");
    }

    let changed = claire.patch("/api/utilisateur", json!({ "couleur": "#1A2B3C" })).await.expect(200);
    assert_eq!((&changed["couleur"], &changed["nom"]), (&json!("#1a2b3c"), &json!("Claire Morel")));
    for page in &pages {
        let text = claire.get(page).await.text;
        assert!(text.contains(band) && text.contains(r##"fill="#1a2b3c""##), "{page}: {text}");
    }
    assert!(!claire.get("/").await.text.contains(band), "it is the clients' pages'");
    assert!(portail.get("").await.expect(200)["freelance"].get("couleur").is_none(), "the keys are fixed");

    // Another change leaves it, an empty one takes it away.
    claire.patch("/api/utilisateur", json!({ "nom": "Claire M." })).await.expect(200);
    assert_eq!(claire.get("/api/utilisateur").await.expect(200)["couleur"], "#1a2b3c");
    let none = claire.patch("/api/utilisateur", json!({ "couleur": null })).await.expect(200);
    assert_eq!(none["couleur"], json!(null));
}

#[tokio::test]
async fn what_is_no_colour_is_told_at_its_field() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    for wrong in ["rouge", "#12345", "#1234567", "#12345g", "url(x)", "\"/><script>", "#12345\0"] {
        let refused = claire.patch("/api/utilisateur", json!({ "couleur": wrong })).await;
        assert_eq!(
            (refused.status.as_u16(), refused.champs()),
            (422, vec!["couleur".to_owned()]),
            "{wrong:?}"
        );
    }
    let form = [("cle", "k"), ("couleur", "rouge")];
    let refused = Answer::of(claire.request(Method::POST, "/reglages/couleur").form(&form)).await;
    assert!(refused.status == 422 && refused.text.contains(r#"id="couleur-couleur-e""#), "{}", refused.text);
    for (key, couleur, stored) in [("a", "#ff0000", 1), ("b", "", 0)] {
        let form = [("cle", key), ("couleur", couleur)];
        let sent = Answer::of(claire.request(Method::POST, "/reglages/couleur").form(&form)).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        app.until_empty().await;
        assert_eq!(app.count("SELECT count(*) FROM utilisateur WHERE couleur = '#ff0000'").await, stored);
    }
}
