//! Disputes: opened, answered, won or lost; by Stripe's API and by the control API.
//!
//! Functions that change the state give the ids of the events that this made, in Stripe's order.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::core::Core;
use super::error::{Result, StripeError};
use super::form::Fields;
use super::objects;
use super::payment::{record, record_update};
use super::state::{Origin, State, new_id, now};

/// A payer's bank that asks a payment back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) intent: String,
    pub(crate) charge: String,
    /// Minor units.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// `needs_response`, `under_review`, `won`, `lost`; with `warning_` before, or `warning_closed`, if the bank
    /// only asks.
    pub(crate) status: String,
    /// The bank only asks: no money is taken.
    pub(crate) inquiry: bool,
    /// The text of the answer.
    pub(crate) evidence: Option<String>,
    pub(crate) submitted: bool,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Dispute {
    /// Not settled yet.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.status.as_str(), "won" | "lost" | "warning_closed")
    }

    /// The bank holds the money, or keeps it.
    pub(crate) fn holds_money(&self) -> bool {
        !self.inquiry && self.status != "won"
    }
}

/// Opens a dispute about all that is not given back, or about `amount` minor units; its id and its events.
pub(crate) fn open(
    state: &mut State,
    intent_id: &str,
    amount: Option<i64>,
    inquiry: bool,
) -> Result<(String, Vec<String>)> {
    let intent = state.intents.get(intent_id)?;
    let left = intent.amount - intent.amount_refunded;
    if intent.status != "succeeded" || left == 0 {
        return Err(StripeError::refused("This PaymentIntent has no money that could be disputed."));
    }
    let (charge, currency) = (intent.charge.clone(), intent.currency.clone());
    if state.disputes.rows().iter().any(|dispute| dispute.charge == charge) {
        return Err(StripeError::refused(format!("Charge {charge} has been disputed already.")));
    }
    let amount = amount.unwrap_or(left);
    if !(1..=left).contains(&amount) {
        return Err(StripeError::invalid("amount", format!("Between 1 and {left} can be disputed.")));
    }
    state.intents.get_mut(intent_id)?.disputed = true;
    let dispute = Dispute {
        id: new_id("du_1", 23),
        created: now(),
        intent: intent_id.to_owned(),
        charge,
        amount,
        currency,
        status: if inquiry { "warning_needs_response" } else { "needs_response" }.to_owned(),
        inquiry,
        evidence: None,
        submitted: false,
        metadata: BTreeMap::new(),
    };
    let (id, object) = (dispute.id.clone(), objects::dispute(&dispute));
    state.disputes.insert(dispute);
    let mut events = vec![record(state, "charge.dispute.created", object.clone(), Origin::default())];
    if !inquiry {
        events.push(record(state, "charge.dispute.funds_withdrawn", object, Origin::default()));
    }
    Ok((id, events))
}

/// The bank's decision. What only was asked is closed either way.
pub(crate) fn end(state: &mut State, id: &str, won: bool, request: &Origin) -> Result<Vec<String>> {
    let dispute = state.disputes.get_mut(id)?;
    if !dispute.is_open() {
        return Err(StripeError::refused("This dispute is already closed."));
    }
    let status = match (dispute.inquiry, won) {
        (true, _) => "warning_closed",
        (false, true) => "won",
        (false, false) => "lost",
    };
    status.clone_into(&mut dispute.status);
    let object = objects::dispute(dispute);
    let mut events = Vec::new();
    if status == "won" {
        events.push(record(state, "charge.dispute.funds_reinstated", object.clone(), request.clone()));
    }
    events.push(record(state, "charge.dispute.closed", object, request.clone()));
    Ok(events)
}

/// `POST /v1/disputes/{id}`: the answer. As at Stripe's, `winning_evidence` wins and `losing_evidence` loses.
pub(crate) fn answer(core: &Arc<Core>, id: &str, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    form.without_effect(&["expand"]);
    let metadata = form.metadata("metadata")?;
    let submit = form.boolean("submit")?.unwrap_or(true);
    let mut text = None;
    if let Some(mut evidence) = form.object("evidence")? {
        evidence.without_effect(objects::EVIDENCE);
        text = evidence.text("uncategorized_text", 150_000)?;
        evidence.finish()?;
    }
    form.finish()?;
    let events = core.change(|state| {
        let dispute = state.disputes.get_mut(id)?;
        let before = json!({ "metadata": dispute.metadata, "status": dispute.status });
        dispute.metadata.extend(metadata);
        if text.is_some() && !dispute.is_open() {
            return Err(StripeError::refused("This dispute is already closed."));
        }
        if text.is_some() {
            dispute.evidence.clone_from(&text);
            dispute.submitted = submit;
        }
        if text.is_some() && submit {
            let status = if dispute.inquiry { "warning_under_review" } else { "under_review" };
            status.clone_into(&mut dispute.status);
        }
        let object = objects::dispute(dispute);
        let mut events =
            vec![record_update(state, "charge.dispute.updated", object, before, request.clone())];
        match text.as_deref().filter(|_| submit) {
            Some("winning_evidence") => events.extend(end(state, id, true, request)?),
            Some("losing_evidence") => events.extend(end(state, id, false, request)?),
            _ => {}
        }
        Ok(events)
    })?;
    drop(core.dispatch(&events));
    core.read(|state| Ok(objects::dispute(state.disputes.get(id)?)))
}

/// `POST /v1/disputes/{id}/close`: gives in.
pub(crate) fn close(core: &Arc<Core>, id: &str, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    form.without_effect(&["expand"]);
    form.finish()?;
    let events = core.change(|state| end(state, id, false, request))?;
    drop(core.dispatch(&events));
    core.read(|state| Ok(objects::dispute(state.disputes.get(id)?)))
}
