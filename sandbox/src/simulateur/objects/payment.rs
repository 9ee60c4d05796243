//! A `PaymentIntent` and its charge.

use serde_json::{Value, json};

use super::catalogue::payment_method;
use crate::simulateur::means::{Course, Method};
use crate::simulateur::state::Intent;

/// How long a SEPA debit takes, in seconds, as it is told; here it takes until it is settled.
const DEBIT_TAKES: i64 = 5 * 24 * 3600;

/// A `PaymentIntent`.
pub(crate) fn intent(intent: &Intent) -> Value {
    let succeeded = intent.status == "succeeded";
    let attempted = intent.status != "requires_payment_method" || intent.failure.is_some();
    let failure = intent.failure.as_ref().map(|code| {
        let mut error = failure(&intent.means, code);
        error["charge"] = json!(intent.charge);
        error["type"] = json!("card_error");
        let (id, kind) = (format!("pm_{}", &intent.id[3..]), intent.means.clone());
        error["payment_method"] =
            payment_method(&Method { id, kind, created: intent.created, course: Course::default() });
        error
    });
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "allowed_payment_method_types": null,
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_details": { "tip": {} },
        "amount_received": if succeeded { intent.amount } else { 0 },
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": intent.canceled_at,
        "cancellation_reason": intent.canceled_at.map(|_| "automatic"),
        "capture_method": "automatic_async",
        "client_secret": format!("{}_secret_simulateur", intent.id),
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": null,
        "customer_account": null,
        "description": intent.description,
        "excluded_payment_method_types": null,
        "last_payment_error": failure,
        "latest_charge": attempted.then_some(&intent.charge),
        "livemode": false,
        "managed_payments": null,
        "metadata": intent.metadata,
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": format!("pm_{}", &intent.id[3..]),
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": [intent.means],
        "payment_record": null,
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

/// Why a bank did not pay: the part that an intent, a charge and an error share.
pub(crate) fn failure(means: &str, code: &str) -> Value {
    if means == "sepa_debit" {
        return json!({
            "code": "insufficient_funds",
            "message": "The customer's account has insufficient funds to cover this payment.",
            "doc_url": "https://stripe.com/docs/error-codes/insufficient-funds",
        });
    }
    let message = match code {
        "insufficient_funds" => "Your card has insufficient funds.",
        _ => "Your card was declined.",
    };
    json!({
        "code": "card_declined", "decline_code": code, "message": message,
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
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
    let failure = intent.failure.as_ref().map_or(Value::Null, |code| failure(&intent.means, code));
    let details = if intent.means == "card" {
        json!({ "type": "card", "card": {
            "amount_authorized": intent.amount, "authorization_code": null, "brand": "visa", "country": "FR",
            "electronic_commerce_indicator": null, "exp_month": 12, "exp_year": 2034, "funding": "credit",
            "installments": null, "last4": "4242", "mandate": null, "network": "visa",
            "network_transaction_id": null, "regulated_status": "unregulated", "three_d_secure": null,
            "transaction_link_id": null, "wallet": null,
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
        } })
    } else {
        json!({ "type": "sepa_debit", "sepa_debit": {
            "bank_code": "30004", "branch_code": null, "country": "FR", "fingerprint": null, "last4": "3000",
            "mandate": null, "expected_debit_date": day(intent.created + DEBIT_TAKES),
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
        "disputed": intent.disputed,
        "failure_balance_transaction": null,
        "failure_code": failure["code"],
        "failure_message": failure["message"],
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

/// `2026-11-22`.
fn day(time: i64) -> Option<String> {
    chrono::DateTime::from_timestamp(time, 0).map(|time| time.date_naive().to_string())
}
