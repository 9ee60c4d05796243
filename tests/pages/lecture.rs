//! News stays marked until it was seen; looking at a page changes nothing by itself.

use reqwest::Method;
use sandbox::simulateur::Moyen;
use serde_json::{Value, json};
use tests::people::id;
use tests::{Answer, App, Bureau};

const UNREAD: &str = ">Non lu</span>";

async fn asked(portail: &tests::Portail, sujet: &str) -> Value {
    portail.post("/tickets", json!({ "sujet": sujet, "description": "Bleu ?" })).await.expect(201)
}

/// Presses « Marquer lu » as a browser without a script does: whether there was anything to press.
async fn mark_read(claire: &Bureau, path: &str) -> bool {
    let page = claire.get(path).await.text;
    let Some(form) = page.split("<form class=\"nouvelle\"").nth(1) else { return false };
    let after = |before: &str| form.split(before).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = [("cle", after("name=\"cle\" value=\"")), ("retour", after("name=\"retour\" value=\""))];
    let answer = Answer::of(claire.request(Method::POST, &after("action=\"")).form(&fields)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(answer.header("location").starts_with(path), "{}", answer.header("location"));
    true
}

#[tokio::test]
async fn a_ticket_is_unread_until_it_was_seen_and_again_when_the_client_writes() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;
    let ticket = id(&asked(&portail, "Couleur").await);
    let path = format!("/tickets/{ticket}");
    // Neither the list nor the ticket's own page changes anything.
    for page in ["/tickets", &path, "/tickets", "/"] {
        assert!(claire.get(page).await.text.contains(UNREAD), "{page}");
    }
    assert!(mark_read(&claire, &path).await);
    assert!(!claire.get("/tickets").await.text.contains(UNREAD));
    assert!(
        claire.get("/tickets?statut=a_repondre").await.text.contains(">Couleur</a>"),
        "read is not answered"
    );
    assert!(!mark_read(&claire, &path).await, "nothing is left to mark");

    let word = json!({ "corps": "Ou bordeaux ?" });
    let told = portail.post(&format!("/tickets/{ticket}/messages"), word).await.expect(201);
    assert!(told["nouvelleId"].is_null(), "the client does not learn what was read: {told}");
    assert!(claire.get("/tickets").await.text.contains(UNREAD), "a new word");
    claire.post(&format!("/api{path}/messages"), json!({ "corps": "Bleu." })).await.expect(201);
    assert!(!claire.get("/tickets").await.text.contains(UNREAD), "who answers has read");
    assert!(!claire.get("/tickets?statut=a_repondre").await.text.contains(">Couleur</a>"));
}

#[tokio::test]
async fn what_was_written_after_the_page_was_opened_stays_unread() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;
    let ticket = id(&asked(&portail, "Couleur").await);
    let seen = claire.get(&format!("/api/tickets/{ticket}")).await.expect(200)["nouvelleId"].clone();
    let word = json!({ "corps": "Ou bordeaux ?" });
    portail.post(&format!("/tickets/{ticket}/messages"), word).await.expect(201);
    let path = format!("/api/evenements/{}/lecture", seen.as_str().unwrap());
    claire.post(&path, json!({})).await.expect(200);
    let now = claire.get(&format!("/api/tickets/{ticket}")).await.expect(200)["nouvelleId"].clone();
    assert!(now.is_string() && now != seen, "{now}");
}

#[tokio::test]
async fn money_that_came_in_is_marked_until_its_deal_was_seen() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    claire.pay_link(deal).await;
    assert!(!claire.get("/").await.text.contains(UNREAD), "nothing came yet");
    let session = claire.session_id(deal).await;
    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'", 1).await;
    let path = format!("/opportunites/{deal}");
    for page in ["/", &path] {
        assert!(claire.get(page).await.text.contains(UNREAD), "{page}");
    }
    assert!(mark_read(&claire, &path).await);
    assert!(!claire.get("/").await.text.contains(UNREAD));
}
