//! What the pure function promises of every order, on a sample of orders through the webhook's door, the queue and
//! Postgres: several workers' hands, one state.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sandbox::simulateur::signature;
use serde_json::{Value, json};
use tests::app::WEBHOOK_SECRET;
use tests::{App, Bureau, Options};
use uuid::Uuid;

/// Deals, each with a sequence of its own.
const SEQUENCES: usize = 24;
/// Events of a sequence; some come twice.
const LENGTH: usize = 8;
/// The kinds of news about one payment.
const KINDS: usize = 9;

/// An event of a kind about a session of 100 EUR.
fn event(kind: usize, session: &str) -> Value {
    let checkout = |payment_status: &str| {
        json!({ "id": session, "object": "checkout.session", "status": "complete", "payment_status": payment_status,
            "amount_total": 10_000, "currency": "eur", "livemode": false, "payment_intent": format!("pi_{session}") })
    };
    let reversal = |prefix: &str, status: &str| {
        json!({ "id": format!("{prefix}_{session}"), "amount": 10_000, "currency": "eur", "status": status,
            "payment_intent": format!("pi_{session}") })
    };
    let (name, object) = match kind {
        0 => ("checkout.session.completed", checkout("unpaid")),
        1 => ("checkout.session.async_payment_succeeded", checkout("paid")),
        2 => ("checkout.session.async_payment_failed", checkout("unpaid")),
        3 => ("refund.created", reversal("re", "succeeded")),
        4 => ("refund.failed", reversal("re", "failed")),
        5 => ("charge.dispute.created", reversal("dp", "needs_response")),
        6 => ("charge.dispute.closed", reversal("dp", "won")),
        7 => ("charge.dispute.created", reversal("du", "warning_needs_response")),
        _ => ("charge.dispute.closed", reversal("du", "warning_closed")),
    };
    json!({ "id": format!("evt_{kind}_{session}"), "type": name, "created": worker::clock().timestamp(), "livemode": false,
        "data": { "object": object } })
}

/// Where a payment stands of which these things were told.
fn end(told: &[usize]) -> &'static str {
    let told = |kind: usize| told.contains(&kind);
    if !told(1) {
        return if told(2) {
            "echoue"
        } else if told(0) {
            "en_cours"
        } else {
            "en_attente"
        };
    }
    if told(5) && !told(6) {
        "conteste"
    } else if told(3) && !told(4) {
        "rembourse"
    } else {
        "paye"
    }
}

#[tokio::test]
async fn random_sequences_of_webhooks_end_in_the_state_of_their_set() {
    let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
    let claire: Bureau = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let mut rng = StdRng::seed_from_u64(2_026);
    let mut deals: Vec<(Uuid, Vec<usize>)> = Vec::new();
    for _ in 0..SEQUENCES {
        let deal = claire.add_won_deal(client, "Site", "100").await;
        claire.pay_link(deal).await;
        let session = claire.session_id(deal).await;
        let sequence: Vec<_> = (0..LENGTH).map(|_| rng.random_range(0..KINDS)).collect();
        for kind in &sequence {
            let body = event(*kind, &session).to_string();
            let header = signature(WEBHOOK_SECRET, worker::clock().timestamp(), body.as_bytes());
            app.deliver(&body, &header).await.expect(200);
        }
        deals.push((deal, sequence));
    }
    app.until_empty().await;
    for (deal, sequence) in deals {
        assert_eq!(claire.deal(deal).await["statutPaiement"], end(&sequence), "{sequence:?}");
    }
}
