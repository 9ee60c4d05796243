//! Money that goes back: refunds and disputes, and what Stripe refuses of them.

use axum::http::StatusCode;
use sandbox::simulateur::{Moyen, Options};
use serde_json::{Value, json};

use crate::{KEY, SESSIONS, Stripe, form};

impl Stripe {
    /// A session that was paid: its id and its intent's.
    async fn paid(&self, key: &str, moyen: Moyen) -> (String, String) {
        let id = self.session(key).await;
        let session = self.simulateur.pay(&id, moyen).await.unwrap();
        (id, session.payment_intent.unwrap())
    }

    async fn call(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.simulateur.base());
        let answer = self.http.post(url).bearer_auth(KEY).form(form).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// The types of all events since the first of that type.
    async fn told_since(&self, kind: &str) -> Vec<String> {
        let list = self.get("/v1/events?limit=100").await;
        let kinds = list["data"].as_array().unwrap().iter().rev();
        let kinds = kinds.map(|event| event["type"].as_str().unwrap().to_owned());
        kinds.skip_while(|told| told != kind).collect()
    }
}

#[tokio::test]
async fn a_cards_refund_is_done_at_once_and_may_come_back() {
    let stripe = Stripe::start(Options::default()).await;
    let (id, intent) = stripe.paid("k", Moyen::Carte).await;
    let refund = stripe.simulateur.refund(&id, Some(5000)).unwrap();
    assert_eq!(stripe.get(&format!("/v1/refunds/{refund}")).await["status"], "succeeded");
    stripe.simulateur.settle_refund(&refund, false).unwrap();
    let told = stripe.told_since("refund.created").await;
    assert_eq!(
        told,
        ["refund.created", "charge.refunded", "refund.updated", "charge.refund.updated", "refund.failed"]
    );
    let [failed] = stripe.simulateur.events("refund.failed").try_into().unwrap();
    assert_eq!(failed["data"]["object"]["failure_reason"], "expired_or_canceled_card");
    let [updated] = stripe.simulateur.events("refund.updated").try_into().unwrap();
    assert_eq!(updated["data"]["previous_attributes"], json!({ "status": "succeeded" }));
    let (status, refund) = stripe.call("/v1/refunds", &[("payment_intent", &intent)]).await;
    assert_eq!((status, &refund["amount"]), (StatusCode::OK, &json!(120_050)), "all is left again");
    let (_, error) = stripe.call("/v1/refunds", &[("payment_intent", &intent)]).await;
    assert_eq!(error["error"]["code"], "charge_already_refunded");
}

#[tokio::test]
async fn a_debits_refund_is_pending_until_it_arrives() {
    let stripe = Stripe::start(Options::default()).await;
    let (id, _) = stripe.paid("k", Moyen::Sepa).await;
    assert!(stripe.simulateur.refund(&id, None).is_err(), "nothing came yet");
    stripe.simulateur.settle_debit(&id, Some(true)).unwrap();
    let refund = stripe.simulateur.refund(&id, None).unwrap();
    assert_eq!(stripe.get(&format!("/v1/refunds/{refund}")).await["status"], "pending");
    stripe.simulateur.settle_refund(&refund, true).unwrap();
    assert_eq!(stripe.told_since("refund.updated").await, ["refund.updated", "charge.refund.updated"]);
    assert!(stripe.simulateur.settle_refund(&refund, true).is_err(), "only once");
}

#[tokio::test]
async fn a_dispute_takes_the_money_and_gives_it_back_when_won() {
    let stripe = Stripe::start(Options::default()).await;
    for (key, won, statut, events) in [("a", true, "won", 2), ("b", false, "lost", 1)] {
        let (id, intent) = stripe.paid(key, Moyen::Carte).await;
        let dispute = stripe.simulateur.dispute(&id, None, false).unwrap();
        let (_, error) = stripe.call("/v1/refunds", &[("payment_intent", &intent)]).await;
        assert_eq!(error["error"]["code"], "charge_disputed");
        stripe.simulateur.close_dispute(&dispute, won).unwrap();
        let object = stripe.get(&format!("/v1/disputes/{dispute}")).await;
        assert_eq!(object["status"], statut);
        assert_eq!(object["balance_transactions"].as_array().unwrap().len(), events);
    }
    assert_eq!(
        stripe
            .told_since("charge.dispute.created")
            .await
            .iter()
            .filter(|kind| kind.contains("dispute"))
            .collect::<Vec<_>>(),
        [
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated",
            "charge.dispute.closed",
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.closed",
        ]
    );
}

#[tokio::test]
async fn an_inquiry_takes_no_money() {
    let stripe = Stripe::start(Options::default()).await;
    let (id, intent) = stripe.paid("k", Moyen::Carte).await;
    let dispute = stripe.simulateur.dispute(&id, None, true).unwrap();
    assert_eq!(stripe.told_since("charge.dispute.created").await, ["charge.dispute.created"]);
    assert_eq!(
        stripe.call("/v1/refunds", &[("payment_intent", &intent), ("amount", "1")]).await.0,
        StatusCode::OK
    );
    let (_, closed) = stripe.call(&format!("/v1/disputes/{dispute}/close"), &[]).await;
    assert_eq!(closed["status"], "warning_closed");
}

#[tokio::test]
async fn what_stripe_refuses_is_refused_in_its_words() {
    let stripe = Stripe::start(Options::default()).await;
    let long = "x".repeat(501);
    let (unit, currency) = ("line_items[0][price_data][unit_amount]", "line_items[0][price_data][currency]");
    let live = format!("cs_{}_a1", "live");
    for (changes, code, param) in [
        (vec![("success_url", "localhost:8080/merci")], "url_invalid", "success_url"),
        (vec![("success_url", "exemple.fr/merci")], "url_invalid", "success_url"),
        (vec![("mode", "paiement")], "", "mode"),
        (vec![("subscription_data[description]", "x")], "", "subscription_data"),
        (vec![("metadata[note]", long.as_str())], "", "metadata"),
        (vec![(currency, "isk"), (unit, "1000050")], "", "line_items"),
        (vec![(currency, "ugx"), (unit, "1000001")], "", "line_items"),
        (vec![(currency, "kwd"), (unit, "1001")], "", "line_items"),
        (vec![(currency, "jpy"), (unit, "49")], "amount_too_small", "line_items"),
        (vec![("line_items[0][price]", "price_x")], "", "line_items[0][price]"),
        (vec![("payment_method_types[0]", "carte")], "", "payment_method_types"),
    ] {
        let mut wrong = form();
        wrong.extend(changes.clone());
        let (status, _, answer) = stripe.post("k", &wrong).await.unwrap();
        let error = &answer["error"];
        assert_eq!(
            (status, error["type"].as_str()),
            (400, Some("invalid_request_error")),
            "{changes:?}: {answer}"
        );
        assert_eq!(error["code"].as_str().unwrap_or_default(), code, "{changes:?}: {answer}");
        assert_eq!(error["param"], param, "{changes:?}: {answer}");
    }
    let long_key = "k".repeat(256);
    assert_eq!(stripe.post(&long_key, &form()).await.unwrap().0, 400);
    let of_the_other_mode = stripe.get(&format!("{SESSIONS}/{live}")).await;
    assert!(of_the_other_mode["error"]["message"].as_str().unwrap().contains("exists in live mode"));
    let declined = [
        ("amount", "1000"),
        ("currency", "eur"),
        ("payment_method", "pm_card_chargeDeclined"),
        ("confirm", "true"),
    ];
    let (status, answer) = stripe.call("/v1/payment_intents", &declined).await;
    assert_eq!(status, StatusCode::PAYMENT_REQUIRED);
    let error = &answer["error"];
    assert_eq!((&error["type"], &error["code"]), (&json!("card_error"), &json!("card_declined")));
    assert_eq!(error["payment_intent"]["last_payment_error"]["decline_code"], "generic_decline");
}
