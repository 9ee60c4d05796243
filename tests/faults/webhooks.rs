//! Events come several times, in any order, at once, late, and under a clock that is wrong.

use sandbox::simulateur::{FauteWebhook, Fautes, GenreWebhook, Moyen};
use serde_json::{Value, json};
use tests::{App, Bureau, Options, until};
use uuid::Uuid;

use crate::{event, faulty, office};

async fn session_of(claire: &Bureau, deal: Uuid) -> String {
    claire.pay_link(deal).await;
    claire.session_id(deal).await
}

async fn until_paid(claire: &Bureau, deal: Uuid) {
    until("the deal is paid", || async {
        (claire.deal(deal).await["statutPaiement"] == "paye").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_sent_five_times_by_stripe_counts_once() {
    let (app, claire, client) = office(faulty()).await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let session = session_of(&claire, deal).await;
    let copies =
        FauteWebhook { kind: None, faute: GenreWebhook::Dupliquer, fois: None, copies: 5, delai_ms: 0 };
    app.simulateur.set_faults(Fautes { api: Vec::new(), webhooks: vec![copies] });
    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    until_paid(&claire, deal).await;
    app.check_l().await;
}

#[tokio::test]
async fn events_about_one_payment_in_any_order_and_at_once_end_in_one_state() {
    let (app, claire, client) = office(Options { webhooks: false, ..faulty() }).await;
    let mut payments = Vec::new();
    for n in 0..6 {
        let deal = claire.add_won_deal(client, &format!("deal {n}"), "100").await;
        let session = session_of(&claire, deal).await;
        app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
        let about = |event: &Value| event["data"]["object"]["id"] == json!(session);
        let completed = app.simulateur.events("checkout.session.completed");
        let completed = completed.into_iter().find(about).unwrap();
        // The same news under another id and type, of the same millisecond.
        let mut twin = completed.clone();
        twin["id"] = json!(format!("evt_twin_{n}"));
        twin["type"] = json!("checkout.session.async_payment_succeeded");
        payments.push([completed, twin, event(&format!("evt_other_{n}"))]);
    }
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let courier = app.courier();
    for (events, order) in payments.iter().zip(orders) {
        let at_once = order.map(|n| courier.deliver(&events[n]));
        for answer in futures_util::future::join_all(at_once).await {
            answer.unwrap().expect(200);
        }
    }
    app.check_l().await;
    assert_eq!(app.count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'").await, 6);
}

#[tokio::test]
async fn an_edge_whose_clock_is_an_hour_off_refuses_and_takes_the_event_once_it_is_right() {
    for offset in ["-3600", "3600"] {
        let (mut app, claire, client) = office(Options { webhooks: false, ..faulty() }).await;
        let deal = claire.add_won_deal(client, "Site", "100").await;
        let session = session_of(&claire, deal).await;
        app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
        let completed = app.simulateur.events("checkout.session.completed").remove(0);
        app.kill_edge();
        app.start_edge_with(&[("CLOCK_OFFSET_S", offset)]).await;
        app.courier().deliver(&completed).await.unwrap().expect(400);
        app.kill_edge();
        app.start_edge().await;
        // Stripe sends again what was refused.
        app.courier().deliver(&completed).await.unwrap().expect(200);
        until_paid(&claire, deal).await;
        app.check_l().await;
    }
}

/// Opens a session for the deal that Guichet knows nothing of, as a restored backup would.
async fn open_behind_our_back(app: &App, deal: Uuid) -> String {
    let known: Vec<_> = app.simulateur.sessions().into_iter().map(|session| session.id).collect();
    let form = [
        ("mode", "payment".to_owned()),
        ("success_url", format!("{}/ok", app.base)),
        ("line_items[0][quantity]", "1".to_owned()),
        ("line_items[0][price_data][currency]", "eur".to_owned()),
        ("line_items[0][price_data][unit_amount]", "10000".to_owned()),
        ("line_items[0][price_data][product_data][name]", "Site".to_owned()),
        ("metadata[opportuniteId]", deal.to_string()),
    ];
    let url = format!("{}/v1/checkout/sessions", app.simulateur.base());
    let request = reqwest::Client::new().post(url).bearer_auth("sk_test_guichet").form(&form);
    let answer = tests::Answer::of(request).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    let opened = app.simulateur.sessions().into_iter().find(|session| !known.contains(&session.id));
    opened.expect("one more session").id
}

#[tokio::test]
async fn two_sessions_paid_for_one_deal_are_both_in_the_ledger() {
    let (app, claire, client) = office(faulty()).await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let ours = session_of(&claire, deal).await;
    let other = open_behind_our_back(&app, deal).await;
    let (a, b) =
        tokio::join!(app.simulateur.pay(&ours, Moyen::Carte), app.simulateur.pay(&other, Moyen::Carte));
    a.unwrap();
    b.unwrap();
    until_paid(&claire, deal).await;
    app.until_count("SELECT count(*) FROM paiement WHERE type = 'recu'", 2).await;
    app.check_l().await;
}
