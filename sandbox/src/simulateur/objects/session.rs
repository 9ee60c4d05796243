//! A Checkout Session and its lines.

use serde_json::{Value, json};

use super::list;
use crate::simulateur::catalogue::Price;
use crate::simulateur::state::Session;

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
        "managed_payments": null,
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
            let price = Price {
                id: line.price.clone().unwrap_or_else(|| format!("price_{suffix}{number}")),
                created: session.created,
                currency: session.currency.clone(),
                unit_amount: line.unit_amount,
                product: format!("prod_{suffix}{number}"),
                name: line.name.clone(),
                // What was made for one session is not offered to others.
                active: line.price.is_some(),
                metadata: std::collections::BTreeMap::new(),
            };
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
                "price": super::catalogue::price(&price),
                "quantity": line.quantity,
                "taxes": [],
            })
        })
        .collect();
    list(&lines, false, &format!("/v1/checkout/sessions/{}/line_items", session.id))
}
