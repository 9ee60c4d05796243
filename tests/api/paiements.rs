//! `POST /api/paiements/stripe/session`, from the button to « Payé ».

use sandbox::simulateur::Moyen;
use serde_json::json;
use tests::{App, Options, until};

#[tokio::test]
async fn a_won_deal_is_paid_and_turns_paye_by_itself() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "1200.50").await;

    let link = claire.pay_link(deal).await;
    assert_eq!(link["statutPaiementInitial"], "en_attente");
    assert!(link["urlPaiement"].as_str().unwrap().starts_with(app.simulateur.base()));
    assert!(link["lienPaiement"].as_str().unwrap().starts_with(&format!("{}/payer/", app.base)));
    let mut keys: Vec<_> = link.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["lienPaiement", "statutPaiementInitial", "urlPaiement"]);

    let session = claire.deal(deal).await["stripeSessionId"].as_str().unwrap().to_owned();
    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    until("the deal is paid", || async {
        (claire.deal(deal).await["statutPaiement"] == "paye").then_some(())
    })
    .await;
    let again = claire.post("/api/paiements/stripe/session", json!({ "opportuniteId": deal })).await;
    again.expect(409);
}

#[tokio::test]
async fn only_a_won_deal_with_a_payable_amount_gets_a_link() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    for (montant, etape) in
        [(json!("100"), "proposition"), (json!(null), "gagne"), (json!("1000000"), "gagne")]
    {
        let body = json!({ "clientId": client, "titre": "Site", "montantEstime": montant, "devise": "EUR", "etapePipeline": etape });
        let deal = claire.post("/api/opportunites", body).await.expect(201);
        let answer =
            claire.post("/api/paiements/stripe/session", json!({ "opportuniteId": deal["id"] })).await;
        answer.expect(409);
    }
    assert!(app.simulateur.sessions().is_empty());
}

#[tokio::test]
async fn without_a_key_the_app_runs_and_payments_are_not_configured() {
    let app = App::start_with(Options { stripe: false, ..Options::default() }).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let answer = claire.post("/api/paiements/stripe/session", json!({ "opportuniteId": deal })).await;
    answer.expect(409);
    assert!(answer.text.contains("configur"), "{}", answer.text);
    let closed = app.deliver("{}", "t=1,v1=00").await;
    assert!(!closed.status.is_success());
}
