//! `/api/tickets` and the portal's tickets: a thread with two sides.

use serde_json::json;
use tests::App;
use tests::people::id;

#[tokio::test]
async fn a_question_from_the_portal_is_answered_and_reopened() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;

    let asked =
        portail.post("/tickets", json!({ "sujet": "Couleur", "description": "Bleu ou bordeaux ?" })).await;
    let ticket = id(&asked.expect(201));
    let path = format!("/api/tickets/{ticket}");
    let seen = claire.get(&path).await.expect(200);
    assert_eq!((&seen["typeTicket"], &seen["statutTicket"]), (&json!("question"), &json!("nouveau")));

    claire.post(&format!("{path}/messages"), json!({ "corps": "Bleu nuit." })).await.expect(201);
    assert_eq!(claire.get(&path).await.expect(200)["statutTicket"], "en_cours");
    claire.patch(&path, json!({ "statutTicket": "resolu" })).await.expect(200);
    portail
        .post(&format!("/tickets/{ticket}/messages"), json!({ "corps": "Merci, et le dos ?" }))
        .await
        .expect(201);

    let thread = claire.get(&path).await.expect(200);
    assert_eq!(thread["statutTicket"], "en_cours");
    let said: Vec<_> = thread["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["auteur"].clone(), m["corps"].clone()))
        .collect();
    assert_eq!(
        said,
        [
            (json!("client"), json!("Bleu ou bordeaux ?")),
            (json!("utilisateur"), json!("Bleu nuit.")),
            (json!("client"), json!("Merci, et le dos ?")),
        ]
    );
    let timeline = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'ticket_cree'";
    assert_eq!(app.count(timeline).await, 1);
}
