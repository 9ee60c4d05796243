//! Money that goes back: refunds and disputes.

use serde_json::{Map, Value, json};

use crate::simulateur::dispute::Dispute;
use crate::simulateur::refund::Refund;

/// A refund.
pub(crate) fn refund(refund: &Refund) -> Value {
    let mut object = json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": null,
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "customer": null,
        "customer_account": null,
        "metadata": refund.metadata,
        "payment_intent": refund.intent,
        "payment_method": format!("pm_{}", &refund.intent[3..]),
        "reason": refund.reason,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": refund.status,
        "transfer_reversal": null,
    });
    match refund.status.as_str() {
        "pending" => object["pending_reason"] = json!("processing"),
        "failed" => object["failure_reason"] = json!("expired_or_canceled_card"),
        _ => {}
    }
    object
}

/// What a dispute's `evidence` may hold; here it all stays empty but for `uncategorized_text`.
pub(crate) const EVIDENCE: &[&str] = &[
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
];

/// A dispute.
pub(crate) fn dispute(dispute: &Dispute) -> Value {
    let mut evidence: Map<_, _> = EVIDENCE.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    evidence.insert("enhanced_evidence".to_owned(), json!({}));
    evidence.insert("uncategorized_text".to_owned(), json!(dispute.evidence));
    let withdrawn = (!dispute.inquiry).then(|| movement(dispute, -1));
    let reinstated = (dispute.status == "won").then(|| movement(dispute, 1));
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": withdrawn.into_iter().chain(reinstated).collect::<Vec<_>>(),
        "charge": dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": evidence,
        "evidence_details": {
            "due_by": dispute.created + 7 * 24 * 3600,
            "enhanced_eligibility": {},
            "has_evidence": dispute.evidence.is_some(),
            "past_due": false,
            "submission_count": i32::from(dispute.submitted),
            "submission_method": if dispute.submitted { "manual" } else { "not_submitted" },
        },
        "intended_submission_method": null,
        "is_charge_refundable": dispute.inquiry && dispute.is_open(),
        "livemode": false,
        "metadata": dispute.metadata,
        "payment_intent": dispute.intent,
        "reason": "fraudulent",
        "status": dispute.status,
    })
}

/// The money that a dispute takes from the account (-1) or gives back (1).
fn movement(dispute: &Dispute, sign: i64) -> Value {
    let kind = if sign < 0 { "out" } else { "in" };
    json!({
        "id": format!("txn_{kind}_{}", dispute.id),
        "object": "balance_transaction",
        "amount": sign * dispute.amount,
        "available_on": dispute.created,
        "balance_type": "payments",
        "created": dispute.created,
        "currency": dispute.currency,
        "description": null,
        "exchange_rate": null,
        "fee": 0,
        "fee_details": [],
        "net": sign * dispute.amount,
        "reporting_category": if sign < 0 { "dispute" } else { "dispute_reversal" },
        "source": dispute.id,
        "status": "available",
        "type": "adjustment",
    })
}
