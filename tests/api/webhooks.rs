//! `POST /api/webhooks/stripe`: only Stripe, each event once.

use sandbox::simulateur::{Moyen, signature};
use serde_json::json;
use tests::app::WEBHOOK_SECRET;
use tests::{App, Options, until};

fn now() -> i64 {
    worker::clock().timestamp()
}

#[tokio::test]
async fn a_forged_stale_or_changed_event_is_refused() {
    let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
    let body = json!({ "id": "evt_forged", "type": "checkout.session.completed" }).to_string();
    let sign = |secret: &str, at: i64, body: &str| signature(secret, at, body.as_bytes());
    for (header, what) in [
        (sign("whsec_other", now(), &body), "another secret"),
        (sign("", now(), &body), "a blank secret"),
        (sign(WEBHOOK_SECRET, now() - 310, &body), "too old"),
        (sign(WEBHOOK_SECRET, now() + 310, &body), "from the future"),
        (sign(WEBHOOK_SECRET, now(), &format!("{body} ")), "another body"),
        (String::new(), "no signature"),
        ("t=1".into(), "half a signature"),
        ("nonsense".into(), "nonsense"),
    ] {
        assert_eq!(app.deliver(&body, &header).await.status, 400, "{what}");
    }
    let right = sign(WEBHOOK_SECRET, now() - 290, &body);
    let (t, v1) = right.split_once(',').unwrap();
    app.deliver(&body, &format!("{t},v1={},{v1}", "0".repeat(64))).await.expect(200);
    app.until_count("SELECT count(*) FROM evenement_stripe", 1).await;
}

#[tokio::test]
async fn money_that_does_not_match_is_kept_and_never_paye() {
    let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    for (field, value) in [("amount_total", json!(1)), ("currency", json!("usd")), ("livemode", json!(true))]
    {
        let deal = claire.add_won_deal(client, field, "100").await;
        claire.pay_link(deal).await;
        let session = claire.deal(deal).await["stripeSessionId"].clone();
        let mut object = json!({ "id": session, "object": "checkout.session", "status": "complete",
            "payment_status": "paid", "amount_total": 10_000, "currency": "eur", "livemode": false, "metadata": {} });
        object[field] = value;
        let event = json!({ "id": format!("evt_{field}"), "type": "checkout.session.completed",
            "created": now(), "livemode": object["livemode"], "data": { "object": object } });
        let body = event.to_string();
        app.deliver(&body, &signature(WEBHOOK_SECRET, now(), body.as_bytes())).await.expect(200);
        until("the event is booked", || async {
            let timeline = claire.get(&format!("/api/clients/{client}/timeline")).await.expect(200);
            let told = timeline["elements"].as_array().unwrap().iter().any(|event| {
                event["typeEvenement"] == "paiement_non_conforme" && event["referenceId"] == json!(deal)
            });
            told.then_some(())
        })
        .await;
        assert_eq!(claire.deal(deal).await["statutPaiement"], "en_attente", "{field}");
    }
    assert_eq!(app.count("SELECT count(*) FROM paiement WHERE NOT conforme").await, 3);
}

#[tokio::test]
async fn an_unknown_session_finds_its_deal_by_metadata() {
    let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let body =
        json!({ "id": "evt_meta", "type": "checkout.session.completed", "created": now(), "livemode": false,
        "data": { "object": { "id": "cs_test_unknown", "object": "checkout.session", "status": "complete",
            "payment_status": "paid", "amount_total": 10_000, "currency": "eur", "livemode": false,
            "metadata": { "opportuniteId": deal } } } })
        .to_string();
    app.deliver(&body, &signature(WEBHOOK_SECRET, now(), body.as_bytes())).await.expect(200);
    until("the deal is paid", || async {
        (claire.deal(deal).await["statutPaiement"] == "paye").then_some(())
    })
    .await;
}

/// A refund's or a dispute's event about a session's payment, signed and delivered.
async fn deliver_reversal(app: &App, id: &str, kind: &str, status: &str, payment_intent: &str, amount: i64) {
    let body = json!({ "id": format!("evt_{id}_{status}"), "type": kind, "created": now(), "livemode": false,
        "data": { "object": { "id": id, "amount": amount, "currency": "eur", "status": status,
                              "payment_intent": payment_intent } } })
    .to_string();
    app.deliver(&body, &signature(WEBHOOK_SECRET, now(), body.as_bytes())).await.expect(200);
}

#[tokio::test]
async fn refunds_and_disputes_change_the_state_in_whatever_order_they_are_told() {
    for early in [false, true] {
        let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
        let claire = app.freelance("claire@example.org").await;
        let client = claire.add_client("Vasseur").await;
        let deal = claire.add_won_deal(client, "Site", "100").await;
        claire.pay_link(deal).await;
        let session = claire.session_id(deal).await;
        app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
        let completed = app.simulateur.events("checkout.session.completed")[0].clone();
        let intent = completed["data"]["object"]["payment_intent"].as_str().unwrap().to_owned();
        let statut = |expected: &'static str| {
            let claire = &claire;
            until(expected, move || async move {
                (claire.deal(deal).await["statutPaiement"] == expected).then_some(())
            })
        };
        let body = completed.to_string();
        let header = signature(WEBHOOK_SECRET, now(), body.as_bytes());
        if early {
            deliver_reversal(&app, "re_1", "refund.created", "succeeded", &intent, 4_000).await;
            app.until_empty().await;
        }
        app.deliver(&body, &header).await.expect(200);
        if !early {
            statut("paye").await;
            deliver_reversal(&app, "re_1", "refund.created", "succeeded", &intent, 4_000).await;
        }
        statut("rembourse_partiel").await;
        deliver_reversal(&app, "re_2", "refund.updated", "succeeded", &intent, 6_000).await;
        statut("rembourse").await;
        deliver_reversal(&app, "dp_1", "charge.dispute.created", "needs_response", &intent, 10_000).await;
        statut("conteste").await;
        deliver_reversal(&app, "dp_1", "charge.dispute.closed", "won", &intent, 10_000).await;
        statut("rembourse").await;
        assert_eq!(app.count("SELECT count(*) FROM paiement WHERE type = 'rembourse'").await, 2);
        assert_eq!(app.count("SELECT count(*) FROM evenement_stripe WHERE opportunite_id IS NULL").await, 0);
    }
}
