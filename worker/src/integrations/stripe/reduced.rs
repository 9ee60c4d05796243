//! An event of Stripe's without whom it is about.

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What is kept of an event.
const EVENT: [&str; 6] = ["id", "object", "type", "created", "livemode", "api_version"];
/// What is kept of its object: all that [`super::StripeSession`] and its like read, but for a page's address and for the
/// means of a refused attempt, which is told when it comes.
const OBJECT: [&str; 13] = [
    "id",
    "object",
    "status",
    "payment_status",
    "amount",
    "amount_total",
    "amount_refunded",
    "currency",
    "livemode",
    "payment_intent",
    "created",
    "expires_at",
    "failure_reason",
];
/// The ids that we gave it at birth.
const METADATA: [&str; 4] = ["opportuniteId", "clientId", "sessionPaiementId", "remboursementId"];

/// The body without names, addresses and texts. A list of what stays, for Stripe adds fields; applied once more it
/// does to the ledger what the whole one did.
#[must_use]
pub fn reduced(corps: &str) -> String {
    let event: Value = serde_json::from_str(corps).unwrap_or_default();
    let object = &event["data"]["object"];
    let mut stays = kept(object, &OBJECT, |value| !value.is_object() && !value.is_array());
    let is_id = |value: &Value| value.as_str().is_some_and(|text| text.parse::<Uuid>().is_ok());
    stays.insert("metadata".into(), kept(&object["metadata"], &METADATA, is_id).into());
    let mut event = kept(&event, &EVENT, |value| !value.is_object() && !value.is_array());
    event.insert("data".into(), json!({ "object": stays }));
    Value::Object(event).to_string()
}

fn kept(value: &Value, names: &[&str], stays: impl Fn(&Value) -> bool) -> Map<String, Value> {
    let field = |name: &&str| Some(((*name).to_owned(), value.get(*name)?.clone()));
    names.iter().filter_map(field).filter(|(_, value)| stays(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{StripeCharge, StripeEvent, StripeIntent, StripeReversal, StripeSession};
    use super::*;

    fn both(kind: &str, object: Value) -> (StripeEvent, StripeEvent) {
        let whole = json!({
            "id": "evt_1", "type": kind, "created": 1_795_000_000, "livemode": false, "api_version": "2026-01-01",
            "request": { "id": "Vasseur" }, "account": { "name": "Vasseur" }, "data": { "object": object },
        })
        .to_string();
        let reduced = reduced(&whole);
        assert!(!reduced.to_lowercase().contains("vasseur"), "{reduced}");
        (StripeEvent::parse(&whole).unwrap(), StripeEvent::parse(&reduced).unwrap())
    }

    #[test]
    fn what_settling_reads_is_the_same_and_nobody_is_named() {
        let id = Uuid::from_u128(7);
        let ids = json!({ "opportuniteId": id, "clientId": id, "sessionPaiementId": id, "remboursementId": id, "nom": "Vasseur" });
        let (whole, reduced) = both(
            "checkout.session.async_payment_succeeded",
            json!({
                "id": "cs_1", "object": "checkout.session", "status": "complete", "payment_status": "paid", "amount_total": 1200,
                "currency": "eur", "livemode": false, "payment_intent": "pi_1", "metadata": ids, "expires_at": 5,
                "customer_details": { "name": "Hélène Vasseur", "email": "h@vasseur.example" }, "url": null,
                "custom_fields": ["Vasseur"], "success_url": "https://x/payer/Vasseur", "customer_email": "h@vasseur.example",
            }),
        );
        assert_eq!(
            whole.object::<StripeSession>().map(|mut it| {
                it.metadata.remove("nom");
                it
            }),
            reduced.object()
        );
        assert_eq!(
            (whole.r#type.as_str(), whole.date(), whole.object_id()),
            (reduced.r#type.as_str(), reduced.date(), reduced.object_id())
        );
        assert_eq!((whole.livemode, whole.api_version), (reduced.livemode, reduced.api_version));

        let (whole, reduced) = both(
            "refund.failed",
            json!({
                "id": "re_1", "amount": 100, "currency": "eur", "payment_intent": "pi_1", "status": "failed", "created": 7,
                "failure_reason": "declined", "metadata": { "remboursementId": id }, "description": "Vasseur",
                "destination_details": { "name": "Vasseur" },
            }),
        );
        assert_eq!(whole.object::<StripeReversal>(), reduced.object());
        let (whole, reduced) = both(
            "charge.refunded",
            json!({ "id": "ch_1", "payment_intent": "pi_1", "amount_refunded": 100, "billing_details": { "name": "Vasseur" } }),
        );
        assert_eq!(whole.object::<StripeCharge>(), reduced.object());
        let (whole, reduced) = both(
            "payment_intent.payment_failed",
            json!({ "id": "pi_1", "metadata": { "sessionPaiementId": id }, "receipt_email": "h@vasseur.example" }),
        );
        assert_eq!(whole.object::<StripeIntent>(), reduced.object());
    }

    #[test]
    fn of_what_is_no_event_nothing_stays() {
        assert_eq!(reduced("not JSON: Vasseur"), r#"{"data":{"object":{"metadata":{}}}}"#);
    }
}
