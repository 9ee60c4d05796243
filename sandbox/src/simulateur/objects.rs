//! Stripe's objects as JSON, complete enough for its own SDKs and for strictly typed clients.

use serde_json::{Value, json};

use super::state::{Event, Intent, Session};

/// The version of Stripe's API that these objects follow.
pub(crate) const API_VERSION: &str = "2026-09-30.endive";

/// A Checkout Session. `base` is where the hosted page stands.
pub(crate) fn session(session: &Session, base: &str) -> Value {
    let open = session.status == "open";
    let complete = session.status == "complete";
    let customer = (complete || session.customer_email.is_some()).then(|| {
        json!({
            "address": null, "business_name": null, "email": session.customer_email, "individual_name": null,
            "name": null, "phone": null, "tax_exempt": "none", "tax_ids": null,
        })
    });
    json!({
        "id": session.id,
        "object": "checkout.session",
        "adaptive_pricing": { "enabled": false },
        "after_expiration": null,
        "allow_promotion_codes": null,
        "allowed_payment_method_types": null,
        "amount_subtotal": session.total,
        "amount_total": session.total,
        "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "billing_address_collection": null,
        "branding_settings": null,
        "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id,
        "client_secret": null,
        "collected_information": null,
        "consent": null,
        "consent_collection": null,
        "created": session.created,
        "currency": session.currency,
        "currency_conversion": null,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
        },
        "customer": null,
        "customer_account": null,
        "customer_creation": "if_required",
        "customer_details": customer,
        "customer_email": session.customer_email,
        "discounts": [],
        "expires_at": session.expires_at,
        "integration_identifier": null,
        "invoice": null,
        "invoice_creation": {
            "enabled": session.invoice_creation,
            "invoice_data": {
                "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null,
                "issuer": null, "metadata": {}, "rendering_options": null,
            },
        },
        "livemode": false,
        "locale": session.locale,
        "metadata": session.metadata,
        "mode": "payment",
        "origin_context": null,
        "payment_intent": if complete { json!(session.intent) } else { Value::Null },
        "payment_link": null,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": session.means,
        "payment_status": session.payment_status,
        "permissions": null,
        "phone_number_collection": { "enabled": false },
        "recovered_from": null,
        "saved_payment_method_options": null,
        "setup_intent": null,
        "shipping_address_collection": null,
        "shipping_cost": null,
        "shipping_options": [],
        "status": session.status,
        "submit_type": session.submit_type,
        "subscription": null,
        "success_url": session.success_url,
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
        "ui_mode": "hosted_page",
        "url": if open { json!(page_url(base, &session.id)) } else { Value::Null },
        "wallet_options": null,
    })
}

/// Where a session is paid.
pub(crate) fn page_url(base: &str, session: &str) -> String {
    format!("{base}/c/pay/{session}")
}

/// The lines of a session, as its `line_items` list.
pub(crate) fn line_items(session: &Session) -> Value {
    let suffix = session.id.get(session.id.len().saturating_sub(12)..).unwrap_or_default();
    let lines: Vec<_> = session
        .lines
        .iter()
        .enumerate()
        .map(|(number, line)| {
            let total = line.unit_amount * line.quantity;
            json!({
                "id": format!("li_{suffix}{number}"),
                "object": "item",
                "adjustable_quantity": null,
                "amount_discount": 0,
                "amount_subtotal": total,
                "amount_tax": 0,
                "amount_total": total,
                "currency": session.currency,
                "description": line.name,
                "discounts": [],
                "metadata": {},
                "price": {
                    "id": format!("price_{suffix}{number}"),
                    "object": "price",
                    "active": false,
                    "billing_scheme": "per_unit",
                    "created": session.created,
                    "currency": session.currency,
                    "custom_unit_amount": null,
                    "livemode": false,
                    "lookup_key": null,
                    "metadata": {},
                    "nickname": null,
                    "product": format!("prod_{suffix}{number}"),
                    "recurring": null,
                    "tax_behavior": "unspecified",
                    "tiers_mode": null,
                    "transform_quantity": null,
                    "type": "one_time",
                    "unit_amount": line.unit_amount,
                    "unit_amount_decimal": line.unit_amount.to_string(),
                },
                "quantity": line.quantity,
                "taxes": [],
            })
        })
        .collect();
    list(&lines, false, &format!("/v1/checkout/sessions/{}/line_items", session.id))
}

/// A `PaymentIntent`.
pub(crate) fn intent(intent: &Intent) -> Value {
    let succeeded = intent.status == "succeeded";
    let failure = intent.failure.as_ref().map(|code| {
        json!({
            "type": "card_error", "code": "card_declined", "decline_code": code,
            "message": "Your card was declined.",
            "doc_url": "https://stripe.com/docs/error-codes/card-declined",
        })
    });
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_details": { "tip": {} },
        "amount_received": if succeeded { intent.amount } else { 0 },
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": "automatic_async",
        "client_secret": format!("{}_secret_simulateur", intent.id),
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": null,
        "customer_account": null,
        "description": intent.description,
        "last_payment_error": failure,
        "latest_charge": intent.charge,
        "livemode": false,
        "metadata": intent.metadata,
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": format!("pm_{}", &intent.id[3..]),
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": [intent.means],
        "processing": null,
        "receipt_email": intent.receipt_email,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": intent.status,
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// The charge of a `PaymentIntent`.
pub(crate) fn charge(intent: &Intent) -> Value {
    let status = match intent.status.as_str() {
        "succeeded" => "succeeded",
        "processing" => "pending",
        _ => "failed",
    };
    let succeeded = status == "succeeded";
    let details = if intent.means == "card" {
        json!({ "type": "card", "card": {
            "brand": "visa", "country": "FR", "exp_month": 12, "exp_year": 2034, "funding": "credit",
            "last4": "4242", "network": "visa",
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
        } })
    } else {
        json!({ "type": "sepa_debit", "sepa_debit": {
            "bank_code": "30004", "branch_code": null, "country": "FR", "fingerprint": null, "last4": "3000",
            "mandate": null,
        } })
    };
    json!({
        "id": intent.charge,
        "object": "charge",
        "amount": intent.amount,
        "amount_captured": if succeeded { intent.amount } else { 0 },
        "amount_refunded": intent.amount_refunded,
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": null,
        "billing_details": {
            "address": {
                "city": null, "country": "FR", "line1": null, "line2": null, "postal_code": null, "state": null,
            },
            "email": intent.email, "name": null, "phone": null, "tax_id": null,
        },
        "calculated_statement_descriptor": "GUICHET",
        "captured": succeeded,
        "created": intent.created,
        "currency": intent.currency,
        "customer": null,
        "description": intent.description,
        "disputed": false,
        "failure_balance_transaction": null,
        "failure_code": intent.failure.as_ref().map(|_| "card_declined"),
        "failure_message": intent.failure.as_ref().map(|_| "Your card was declined."),
        "fraud_details": {},
        "livemode": false,
        "metadata": intent.metadata,
        "on_behalf_of": null,
        "outcome": null,
        "paid": succeeded,
        "payment_intent": intent.id,
        "payment_method": format!("pm_{}", &intent.id[3..]),
        "payment_method_details": details,
        "radar_options": {},
        "receipt_email": intent.receipt_email,
        "receipt_number": null,
        "receipt_url": null,
        "refunded": intent.amount_refunded == intent.amount,
        "review": null,
        "shipping": null,
        "source": null,
        "source_transfer": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": status,
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// An event.
pub(crate) fn event(event: &Event) -> Value {
    json!({
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": event.created,
        "data": { "object": event.object },
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

/// The account that the key belongs to.
pub(crate) fn account() -> Value {
    json!({
        "id": "acct_1GuichetSimulateur",
        "object": "account",
        "business_profile": { "name": "Atelier Morel", "url": null },
        "business_type": "individual",
        "capabilities": { "card_payments": "active", "sepa_debit_payments": "active", "transfers": "active" },
        "charges_enabled": true,
        "country": "FR",
        "created": 1_700_000_000,
        "default_currency": "eur",
        "details_submitted": true,
        "email": "compte@simulateur.invalid",
        "metadata": {},
        "payouts_enabled": true,
        "type": "standard",
    })
}
