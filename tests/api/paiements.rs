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

    let session = claire.session_id(deal).await;
    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    until("the deal is paid", || async {
        (claire.deal(deal).await["statutPaiement"] == "paye").then_some(())
    })
    .await;
    let again = claire.post("/api/paiements/stripe/session", json!({ "opportuniteId": deal })).await;
    again.expect(409);
}

#[tokio::test]
async fn a_card_that_is_refused_is_told_beside_its_attempt_which_stays_open() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "1200.50").await;
    claire.pay_link(deal).await;
    let session = claire.session_id(deal).await;
    let attempt = async || {
        let read = claire.get(&format!("/api/opportunites/{deal}/paiements")).await.expect(200);
        (read["sessions"][0]["statut"].clone(), read["sessions"][0]["dateRefus"].is_string())
    };
    assert_eq!(attempt().await, (json!("ouverte"), false));
    app.simulateur.pay(&session, Moyen::CarteRefusee).await.unwrap();
    until("the refusal is told", || async { attempt().await.1.then_some(()) }).await;
    assert_eq!(attempt().await.0, "ouverte");
    assert!(claire.get(&format!("/opportunites/{deal}")).await.text.contains("carte refusée le"));
    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    until("it is paid", || async { (attempt().await == (json!("payee"), false)).then_some(()) }).await;
}

#[tokio::test]
async fn only_a_won_deal_with_a_payable_amount_gets_a_link() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    for (montant, etape) in [(json!("100"), "proposition"), (json!(null), "gagne")] {
        let body = json!({ "clientId": client, "titre": "Site", "montantEstime": montant, "devise": "EUR", "etapePipeline": etape });
        let deal = claire.post("/api/opportunites", body).await.expect(201);
        let answer =
            claire.post("/api/paiements/stripe/session", json!({ "opportuniteId": deal["id"] })).await;
        answer.expect(409);
    }
    assert!(app.simulateur.sessions().is_empty());
}

#[tokio::test]
async fn an_amount_that_no_card_could_pay_is_refused_when_typed_with_its_limit() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let body = |montant: &str, devise: &str| json!({ "clientId": client, "titre": "Site", "montantEstime": montant, "devise": devise });
    for (montant, devise, limit) in [
        ("1000000", "EUR", "999 999,99 €"),
        ("100000", "KWD", "99 999,999 KWD"),
        ("100000000", "JPY", "99 999 999 JPY"),
    ] {
        let refused = claire.post("/api/opportunites", body(montant, devise)).await;
        let text = refused.text.replace(['\u{202f}', '\u{a0}'], " ");
        assert!((400..500).contains(&refused.status.as_u16()), "{text}");
        assert!(text.contains("montantEstime") && text.contains(limit), "{text}");
    }
    let deal = claire.post("/api/opportunites", body("999999.99", "EUR")).await.expect(201)["id"].clone();
    let path = format!("/api/opportunites/{}", deal.as_str().unwrap());
    let refused = claire.patch(&path, json!({ "montantEstime": "1000000" })).await;
    assert!(refused.status.is_client_error() && refused.text.contains("Au plus"), "{}", refused.text);
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

/// Everything that a second look at an event must leave as it is.
async fn effects(app: &App) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT count(*) FROM paiement",
        "SELECT count(*) FROM recu",
        "SELECT count(*) FROM evenement_timeline",
        "SELECT count(*) FROM evenement_stripe",
    ] {
        counts.push(app.count(sql).await);
    }
    counts
}

#[tokio::test]
async fn the_proof_of_a_payment_is_its_owner_s_and_replaying_it_doubles_nothing() {
    let app = App::start().await;
    let (claire, denis) =
        (app.freelance("claire@example.org").await, app.freelance("denis@example.org").await);
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let lien = claire.pay_link(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    let token = lien.rsplit('/').next().unwrap();
    let session = claire.session_id(deal).await;
    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    let proof = format!("/api/opportunites/{deal}/evenements-stripe");
    let completed = until("the event is applied", || async {
        let events = claire.get(&proof).await.expect(200);
        let mut events = events.as_array().cloned().unwrap_or_default().into_iter();
        events.find(|event| event["type"] == "checkout.session.completed")
    })
    .await;
    assert_eq!(
        (&completed["lignes"], &completed["historique"]),
        (&json!(["recu"]), &json!(["paiement_recu"]))
    );
    assert!(completed["dateEvenement"].is_string(), "{completed}");

    let evt = completed["stripeEventId"].as_str().unwrap();
    let raw = claire.get(&format!("{proof}/{evt}")).await;
    assert!(raw.expect(200)["corps"].as_str().unwrap().contains(evt));
    let page = format!("/opportunites/{deal}/evenements-stripe/{evt}");
    let shown = claire.get(&page).await;
    assert!(shown.status == 200 && shown.text.contains(evt), "{}", shown.text);
    assert!(!raw.text.contains(token) && !shown.text.contains(token), "the link's token is blanked");
    for path in [format!("{proof}/{evt}"), page] {
        assert_eq!(denis.get(&path).await.status, 404, "{path}");
    }
    let replay = format!("{proof}/{evt}/rejeu");
    assert_eq!(denis.post(&replay, json!({})).await.status, 404);
    // His own deal does not lend him her event.
    let own = denis.add_client("Le sien").await;
    let own = denis.add_won_deal(own, "Le sien", "100").await;
    let borrowed = format!("/api/opportunites/{own}/evenements-stripe/{evt}");
    assert_eq!(denis.get(&borrowed).await.status, 404);
    assert_eq!(denis.post(&format!("{borrowed}/rejeu"), json!({})).await.status, 404);

    app.until_empty().await;
    let before = effects(&app).await;
    for _ in 0..2 {
        assert_eq!(claire.post(&replay, json!({})).await.expect(200)["statutPaiement"], "paye");
    }
    assert_eq!(effects(&app).await, before);

    let receipts = claire.get(&format!("/api/opportunites/{deal}/recus")).await.expect(200);
    assert_eq!((&receipts[0]["numero"], &receipts[0]["montant"]), (&json!(1), &json!("100.00")));
    for path in [format!("/opportunites/{deal}/recu"), format!("/payer/{token}/recu")] {
        let page = claire.get(&path).await;
        assert!(page.status == 200 && page.text.contains("ne remplace pas une facture"), "{path}");
        assert!(!page.text.contains("Montant net"), "{path}");
    }

    let refund = format!("/api/opportunites/{deal}/remboursements");
    claire.post(&refund, json!({ "montant": "40" })).await.expect(201);
    until("the refund is on the receipt", || async {
        let receipts = claire.get(&format!("/api/opportunites/{deal}/recus")).await.expect(200);
        (receipts[0]["reste"] == "60.00").then_some(())
    })
    .await;
    let page = claire.get(&format!("/payer/{token}/recu")).await;
    assert!(page.text.contains("Montant net") && page.text.contains("60,00"), "{}", page.text);
    let page = claire.get(&format!("/payer/{token}/recu?langue=en")).await;
    assert!(page.text.contains("Net amount") && page.text.contains("60.00"), "{}", page.text);
    let page = claire.get(&format!("/payer/{token}")).await;
    assert!(page.text.contains(r#"data-annonce="Remboursé en partie""#), "{}", page.text);
}

#[tokio::test]
async fn a_cancelled_link_and_a_session_past_its_end_lead_nowhere() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let lien = claire.pay_link(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    let payer = lien.strip_prefix(&app.base).unwrap();
    assert!(claire.deal(deal).await["urlPaiement"].is_string());
    // Its time is over; Stripe has not told of it.
    sqlx::query("UPDATE session_paiement SET date_expiration = now() - interval '1 second'")
        .execute(&app.db)
        .await
        .unwrap();
    assert!(claire.deal(deal).await["urlPaiement"].is_null());

    let link = format!("/api/opportunites/{deal}/lien");
    let cancelled = claire.delete(&link).await.expect(200);
    assert!(cancelled["dateLien"].is_null() && cancelled["dateLienAnnule"].is_string(), "{cancelled}");
    // It may be in the wrong hands: it says what any dead link says, and never opens again.
    let page = claire.get(payer).await;
    assert!(page.status == 404 && page.text.contains("n’est pas valable ou a été remplacé"), "{}", page.text);
    let page = claire.get(&format!("{payer}?langue=en")).await;
    assert!(page.status == 404 && page.text.contains("is not valid or has been replaced"), "{}", page.text);
    assert_eq!(claire.delete(&link).await.status, 409);
    let sessions = app.simulateur.sessions().len();
    let paid = claire.request(reqwest::Method::POST, payer).form(&[("cle", "k")]);
    assert_eq!(tests::Answer::of(paid).await.status, 404);
    // The one that is to come opens nothing either before it is asked for.
    let next = claire.deal(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    let next = next.strip_prefix(&app.base).unwrap();
    assert!(claire.get(next).await.text.contains("Rien à payer"));
    let paid = claire.request(reqwest::Method::POST, next).form(&[("cle", "k")]);
    assert_eq!(tests::Answer::of(paid).await.header("location"), next);
    assert_eq!(app.simulateur.sessions().len(), sessions);
    let anew = claire.pay_link(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    assert_eq!(anew.strip_prefix(&app.base).unwrap(), next);
    assert!(claire.get(next).await.text.contains("Payer"));
    assert_eq!(claire.get(payer).await.status, 404);
}
