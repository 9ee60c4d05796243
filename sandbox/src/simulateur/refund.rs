//! Refunds: made, settled, failed; by Stripe's API and by the control API.
//!
//! Functions that change the state give the ids of the events that this made, in Stripe's order.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::core::Core;
use super::error::{Result, StripeError};
use super::form::Fields;
use super::means::Course;
use super::objects;
use super::payment::{record, record_update};
use super::state::{Origin, State, new_id, now};

/// Money given back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) intent: String,
    pub(crate) charge: String,
    /// Minor units.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// `pending`, `succeeded`, `failed`.
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// What is asked for.
#[derive(Default)]
pub(crate) struct Wanted {
    /// Minor units; without it, all that is left.
    pub(crate) amount: Option<i64>,
    /// Pending although a card's refund would be done at once.
    pub(crate) pending: bool,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// `POST /v1/refunds`.
pub(crate) fn create(core: &Arc<Core>, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    form.without_effect(&["expand", "instructions_email"]);
    let (charge, intent) = (form.text("charge", 5000)?, form.text("payment_intent", 5000)?);
    let wanted = Wanted {
        amount: form.integer("amount")?,
        pending: false,
        reason: form.one_of("reason", &["duplicate", "fraudulent", "requested_by_customer"])?,
        metadata: form.metadata("metadata")?,
    };
    form.finish()?;
    let (id, events) = core.change(|state| {
        let intent = match (&intent, &charge) {
            (Some(_), Some(_)) => {
                let message = "You may only specify one of these parameters: charge, payment_intent.";
                return Err(StripeError::invalid("charge", message));
            }
            (None, None) => {
                let message = "One of the following params should be provided for this request: \
                               payment_intent or charge.";
                return Err(StripeError::refused(message).code("parameter_missing"));
            }
            (Some(id), None) => state.intents.get(id).map(|intent| intent.id.clone()),
            (None, Some(id)) => state.intent_of_charge(id).map(|intent| intent.id.clone()),
        }?;
        make(state, &intent, wanted, request)
    })?;
    drop(core.dispatch(&events));
    core.read(|state| Ok(objects::refund(state.refunds.get(&id)?)))
}

/// `POST /v1/refunds/{id}`: new metadata.
pub(crate) fn update(core: &Arc<Core>, id: &str, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    form.without_effect(&["expand"]);
    let metadata = form.metadata("metadata")?;
    form.finish()?;
    let (object, events) = core.change(|state| {
        let refund = state.refunds.get_mut(id)?;
        let before = json!({ "metadata": refund.metadata });
        refund.metadata.extend(metadata);
        let object = objects::refund(refund);
        Ok((object.clone(), told(state, &object, &before, request)))
    })?;
    drop(core.dispatch(&events));
    Ok(object)
}

/// `POST /v1/refunds/{id}/cancel`: Stripe does it only while the customer is to say where the money goes.
pub(crate) fn cancel(core: &Arc<Core>, id: &str, mut form: Fields<'_>) -> Result<Value> {
    form.without_effect(&["expand"]);
    form.finish()?;
    let status = core.read(|state| state.refunds.get(id).map(|refund| refund.status.clone()))?;
    Err(StripeError::refused(format!("Refund {id} cannot be canceled: it has a status of `{status}`.")))
}

/// Gives money back; the refund's id and its events.
pub(crate) fn make(
    state: &mut State,
    intent_id: &str,
    wanted: Wanted,
    request: &Origin,
) -> Result<(String, Vec<String>)> {
    let intent = state.intents.get(intent_id)?;
    if intent.status != "succeeded" {
        return Err(StripeError::refused("This PaymentIntent does not have a successful charge to refund."));
    }
    let charge = intent.charge.clone();
    if state.disputes.rows().iter().any(|dispute| dispute.charge == charge && dispute.holds_money()) {
        let message = format!("Charge {charge} has been charged back; cannot issue a refund.");
        return Err(StripeError::refused(message).code("charge_disputed"));
    }
    let intent = state.intents.get_mut(intent_id)?;
    let left = intent.amount - intent.amount_refunded;
    if left == 0 {
        let message = format!("Charge {charge} has already been refunded.");
        return Err(StripeError::refused(message).code("charge_already_refunded"));
    }
    let amount = wanted.amount.unwrap_or(left);
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(StripeError::invalid("amount", message).code("parameter_invalid_integer"));
    }
    if amount > left {
        let message =
            format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(StripeError::invalid("amount", message));
    }
    intent.amount_refunded += amount;
    // A bank takes its time to give a debit back.
    let slow = wanted.pending || intent.means == "sepa_debit" || intent.course == Course::RefundPending;
    let (fails, charge_object) = (intent.course == Course::RefundFails, objects::charge(intent));
    let refund = Refund {
        id: new_id("re_3", 23),
        created: now(),
        intent: intent.id.clone(),
        charge,
        amount,
        currency: intent.currency.clone(),
        status: if slow { "pending" } else { "succeeded" }.to_owned(),
        reason: wanted.reason,
        metadata: wanted.metadata,
    };
    let (id, object) = (refund.id.clone(), objects::refund(&refund));
    state.refunds.insert(refund);
    let mut events = vec![
        record(state, "refund.created", object, request.clone()),
        record(state, "charge.refunded", charge_object, request.clone()),
    ];
    if fails {
        events.extend(settle(state, &id, false)?);
    }
    Ok((id, events))
}

/// The bank's answer: a pending refund arrived, or any refund came back.
pub(crate) fn settle(state: &mut State, id: &str, arrived: bool) -> Result<Vec<String>> {
    let refund = state.refunds.get_mut(id)?;
    let before = json!({ "status": refund.status });
    match (refund.status.as_str(), arrived) {
        ("pending", true) => "succeeded".clone_into(&mut refund.status),
        ("pending" | "succeeded", false) => "failed".clone_into(&mut refund.status),
        (status, _) => {
            return Err(StripeError::refused(format!("This refund has a status of `{status}`.")));
        }
    }
    let (object, intent, amount) = (objects::refund(refund), refund.intent.clone(), refund.amount);
    if !arrived {
        // The money is the account's again.
        state.intents.get_mut(&intent)?.amount_refunded -= amount;
    }
    let mut events = told(state, &object, &before, &Origin::default());
    if !arrived {
        events.push(record(state, "refund.failed", object, Origin::default()));
    }
    Ok(events)
}

/// The two events by which Stripe tells of a refund that changed.
fn told(state: &mut State, object: &Value, before: &Value, request: &Origin) -> Vec<String> {
    ["refund.updated", "charge.refund.updated"]
        .map(|kind| record_update(state, kind, object.clone(), before.clone(), request.clone()))
        .to_vec()
}
