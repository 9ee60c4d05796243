//! What each side is told without asking.

use sandbox::simulateur::Moyen;
use serde_json::json;

use crate::serveur::Serveur;
use crate::{link, with_mail};

#[tokio::test]
async fn the_freelancer_is_told_when_money_comes_fails_and_is_contested() {
    let serveur = Serveur::start().await;
    let app = with_mail(&serveur).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let paid = claire.add_won_deal(client, "Site", "1200").await;
    let failed = claire.add_won_deal(client, "Logo", "300").await;
    for deal in [paid, failed] {
        claire.pay_link(deal).await;
    }
    let session_paid = claire.session_id(paid).await;
    app.simulateur.pay(&session_paid, Moyen::Carte).await.unwrap();
    let mail = serveur.mail("money came", |mail| mail.sujet.starts_with("Paiement reçu")).await;
    assert_eq!(mail.to, "claire@example.org");
    assert!(mail.sujet.contains("1\u{202f}200,00\u{202f}€, Vasseur"), "{}", mail.sujet);
    assert!(link(&mail.corps, &app.base).ends_with(&format!("/opportunites/{paid}")));

    let session_failed = claire.session_id(failed).await;
    app.simulateur.pay(&session_failed, Moyen::SepaEchec).await.unwrap();
    app.simulateur.settle_debit(&session_failed, None).unwrap();
    serveur.mail("it failed", |mail| mail.sujet.starts_with("Paiement refusé")).await;
    let payment_intent: String =
        sqlx::query_scalar("SELECT stripe_payment_intent FROM paiement WHERE type = 'recu'")
            .fetch_one(&app.db)
            .await
            .unwrap();
    let dispute = json!({ "id": "dp_1", "object": "dispute", "amount": 120_000, "currency": "eur", "status": "needs_response",
                          "payment_intent": payment_intent });
    let event = app.simulateur.make_event("charge.dispute.created", dispute);
    app.simulateur.deliver(&event, 1).await.unwrap();
    serveur.mail("it is contested", |mail| mail.sujet.starts_with("Paiement contesté")).await;
    app.until_empty().await;
    assert_eq!(serveur.mails().len(), 3);
}

#[tokio::test]
async fn a_ticket_is_mailed_to_the_side_that_did_not_write_it() {
    let serveur = Serveur::start().await;
    let app = with_mail(&serveur).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;
    let ticket = json!({ "sujet": "Four en panne", "description": "Il ne chauffe plus.\n.\nQUIT" });
    let ticket = tests::people::id(&portail.post("/tickets", ticket).await.expect(201));
    let opened = serveur.mail("the ticket", |mail| mail.sujet.starts_with("Nouveau ticket")).await;
    assert_eq!(opened.to, "claire@example.org");
    assert!(opened.corps.contains("Il ne chauffe plus.\n.\nQUIT"), "{}", opened.corps);

    claire
        .post(&format!("/api/tickets/{ticket}/messages"), json!({ "corps": "Je passe demain." }))
        .await
        .expect(201);
    let answered = serveur.mail("the answer", |mail| mail.to == "contact@example.org").await;
    assert!(answered.corps.contains("Je passe demain."));
    let lien = link(&answered.corps, &app.base);
    assert!(lien.ends_with(&format!("/portail/{}/tickets/{ticket}", portail.token)), "{lien}");
    assert_eq!(reqwest::get(lien).await.unwrap().status(), 200);

    portail.post(&format!("/tickets/{ticket}/messages"), json!({ "corps": "Merci" })).await.expect(201);
    serveur.mail("the client's word", |mail| mail.sujet.starts_with("Réponse de Vasseur")).await;
    assert_eq!(serveur.mails().len(), 3);
}
