//! Stripe's objects as JSON, complete enough for its own SDKs and for strictly typed clients.

mod catalogue;
mod payment;
mod reversal;
mod session;

use serde_json::{Value, json};

pub(crate) use self::catalogue::{payment_method, price, product};
pub(crate) use self::payment::{charge, failure, intent};
pub(crate) use self::reversal::{EVIDENCE, dispute, refund};
pub(crate) use self::session::{line_items, page_url, session};
use super::state::Event;
use super::webhook::Endpoint;

/// The id of the one webhook endpoint.
pub(crate) const WEBHOOK_ENDPOINT: &str = "we_1GuichetSimulateur";

const ACCOUNT_CREATED: i64 = 1_700_000_000;

/// The version of Stripe's API that these objects follow.
pub(crate) const API_VERSION: &str = "2026-09-30.endive";

/// An event.
pub(crate) fn event(event: &Event) -> Value {
    let mut data = json!({ "object": event.object });
    if let Some(previous) = &event.previous {
        data["previous_attributes"] = previous.clone();
    }
    json!({
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": event.created,
        "data": data,
        "livemode": false,
        "pending_webhooks": event.pending,
        "request": { "id": event.request.id, "idempotency_key": event.request.idempotency_key },
        "type": event.kind,
    })
}

/// A page of a list.
pub(crate) fn list(data: &[Value], has_more: bool, url: &str) -> Value {
    json!({ "object": "list", "data": data, "has_more": has_more, "url": url })
}

/// The endpoint that events are sent to; its secret is shown to nobody.
pub(crate) fn webhook_endpoint(endpoint: &Endpoint) -> Value {
    let types = if endpoint.types.is_empty() { vec!["*".to_owned()] } else { endpoint.types.clone() };
    json!({
        "id": WEBHOOK_ENDPOINT,
        "object": "webhook_endpoint",
        "api_version": null,
        "application": null,
        "created": ACCOUNT_CREATED,
        "description": null,
        "enabled_events": types,
        "livemode": false,
        "metadata": {},
        "status": "enabled",
        "url": endpoint.url,
    })
}

/// The account that the key belongs to.
pub(crate) fn account() -> Value {
    json!({
        "id": "acct_1GuichetSimulateur",
        "object": "account",
        "business_profile": {
            "mcc": null, "minority_owned_business_designation": null, "name": "Atelier Morel",
            "specified_commercial_transactions_act_url": null, "support_address": null, "support_email": null,
            "support_phone": null, "support_url": null, "url": null,
        },
        "business_type": "individual",
        "capabilities": { "card_payments": "active", "sepa_debit_payments": "active", "transfers": "active" },
        "charges_enabled": true,
        "country": "FR",
        "created": ACCOUNT_CREATED,
        "default_currency": "eur",
        "details_submitted": true,
        "email": "compte@simulateur.invalid",
        "metadata": {},
        "payouts_enabled": true,
        "type": "standard",
    })
}
