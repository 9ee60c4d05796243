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

#[tokio::test]
async fn tickets_are_listed_by_what_happened_last_page_by_page() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;
    let mut tickets = Vec::new();
    for n in 0..5 {
        let ticket = json!({ "clientId": client, "sujet": format!("Sujet {n}"), "description": "d" });
        tickets.push(id(&claire.post("/api/tickets", ticket).await.expect(201)));
    }
    // Old ones that move again, from either side.
    let message = json!({ "corps": "Et alors ?" });
    portail.post(&format!("/tickets/{}/messages", tickets[1]), message).await.expect(201);
    claire
        .patch(&format!("/api/tickets/{}", tickets[3]), json!({ "statutTicket": "resolu" }))
        .await
        .expect(200);
    // Two that moved in the same instant are told apart.
    let same = "UPDATE ticket SET date_modification = (SELECT min(date_modification) FROM ticket) WHERE id = ANY ($1)";
    sqlx::query(same).bind([tickets[2], tickets[4]]).execute(&app.db).await.unwrap();
    let expected = [tickets[3], tickets[1], tickets[4], tickets[2], tickets[0]];

    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let page = claire.get(&format!("/api/tickets?limite=2{next}")).await.expect(200);
        seen.extend(page["elements"].as_array().unwrap().iter().map(id));
        let Some(suivant) = page["suivant"].as_str() else { break };
        next = format!("&apres={suivant}");
    }
    assert_eq!(seen, expected);
    let page = claire.get("/tickets").await.text;
    let places: Vec<_> =
        expected.iter().map(|ticket| page.find(&format!("/tickets/{ticket}")).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    let waiting = claire.get("/tickets?statut=a_repondre").await.text;
    let shown = tickets.iter().filter(|ticket| waiting.contains(&format!("/tickets/{ticket}")));
    assert_eq!(shown.collect::<Vec<_>>(), [&tickets[1]]);
    claire.get("/api/tickets?apres=hier").await.expect(422);
    assert_eq!(claire.get("/tickets?apres=hier").await.status, 200);
}
