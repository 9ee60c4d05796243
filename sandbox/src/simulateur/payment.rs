//! What may happen to a session: paid, refused, a bank debit announced and settled, expired, refunded.
//!
//! Each function changes the state and gives the ids of the events that this made, in Stripe's order.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::{Result, StripeError};
use super::objects;
use super::state::{Event, Intent, Origin, Session, State, new_id, now};

/// How a payer pays on the hosted page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moyen {
    /// A card that the bank accepts.
    Carte,
    /// A card that the bank declines: the session stays open.
    CarteRefusee,
    /// A SEPA debit that will be honoured: complete and unpaid until it is settled.
    Sepa,
    /// A SEPA debit that the bank will refuse.
    SepaEchec,
}

/// Makes an event.
pub(crate) fn record(state: &mut State, kind: &str, object: Value, request: Origin) -> String {
    let id = new_id("evt_1", 23);
    state.events.insert(Event {
        id: id.clone(),
        kind: kind.to_owned(),
        created: now(),
        object,
        request,
        pending: 0,
        due: false,
        taken: false,
    });
    id
}

/// The payer's attempt to pay.
pub(crate) fn pay(state: &mut State, base: &str, id: &str, moyen: Moyen) -> Result<Vec<String>> {
    let session = state.sessions.get(id)?.clone();
    if session.status != "open" {
        let message =
            format!("This Checkout Session has a status of `{}` and cannot be paid.", session.status);
        return Err(StripeError::refused(message));
    }
    let debit = matches!(moyen, Moyen::Sepa | Moyen::SepaEchec);
    let means = if debit { "sepa_debit" } else { "card" };
    if !session.means.iter().any(|offered| offered == means) {
        return Err(StripeError::refused(format!("This Checkout Session does not accept {means}.")));
    }
    // A second attempt goes on with the intent of the first.
    let (intent_id, mut events) = match &session.intent {
        Some(intent) => (intent.clone(), Vec::new()),
        None => first_attempt(state, &session, means),
    };
    let intent = state.intents.get_mut(&intent_id)?;
    means.clone_into(&mut intent.means);
    intent.failure = None;
    let status = match moyen {
        Moyen::Carte => "succeeded",
        Moyen::CarteRefusee => "requires_payment_method",
        Moyen::Sepa | Moyen::SepaEchec => "processing",
    };
    status.clone_into(&mut intent.status);
    if moyen == Moyen::CarteRefusee {
        intent.failure = Some("generic_decline".to_owned());
    }
    let session = state.sessions.get_mut(id)?;
    session.intent = Some(intent_id.clone());
    session.declined = moyen == Moyen::CarteRefusee;
    session.debit_will_fail = moyen == Moyen::SepaEchec;
    if moyen != Moyen::CarteRefusee {
        "complete".clone_into(&mut session.status);
    }
    if moyen == Moyen::Carte {
        "paid".clone_into(&mut session.payment_status);
    }
    let (charge_kind, intent_kind) = match moyen {
        Moyen::Carte => ("charge.succeeded", "payment_intent.succeeded"),
        Moyen::CarteRefusee => ("charge.failed", "payment_intent.payment_failed"),
        Moyen::Sepa | Moyen::SepaEchec => ("charge.pending", "payment_intent.processing"),
    };
    events.extend(record_payment(state, &intent_id, charge_kind, intent_kind)?);
    if moyen != Moyen::CarteRefusee {
        events.push(record_session(state, base, id, "checkout.session.completed", Origin::default())?);
    }
    Ok(events)
}

/// The bank's answer to a debit: what was announced, or `honoured` when that is given.
pub(crate) fn settle_debit(
    state: &mut State,
    base: &str,
    id: &str,
    honoured: Option<bool>,
) -> Result<Vec<String>> {
    let session = state.sessions.get(id)?;
    let intent_id = session.intent.clone().unwrap_or_default();
    let waiting = session.status == "complete" && session.payment_status == "unpaid";
    if !waiting || state.intents.get(&intent_id).is_ok_and(|intent| intent.status != "processing") {
        return Err(StripeError::refused("No debit of this Checkout Session is being processed."));
    }
    let honoured = honoured.unwrap_or(!session.debit_will_fail);
    let intent = state.intents.get_mut(&intent_id)?;
    let (charge_kind, intent_kind, session_kind) = if honoured {
        "succeeded".clone_into(&mut intent.status);
        "paid".clone_into(&mut state.sessions.get_mut(id)?.payment_status);
        ("charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded")
    } else {
        "requires_payment_method".clone_into(&mut intent.status);
        intent.failure = Some("insufficient_funds".to_owned());
        ("charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed")
    };
    let mut events = record_payment(state, &intent_id, charge_kind, intent_kind)?;
    events.push(record_session(state, base, id, session_kind, Origin::default())?);
    Ok(events)
}

/// Closes an open session.
pub(crate) fn expire(state: &mut State, base: &str, id: &str, request: Origin) -> Result<Vec<String>> {
    let session = state.sessions.get_mut(id)?;
    if session.status != "open" {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status \
             of `{}`.",
            session.status
        );
        return Err(StripeError::refused(message));
    }
    "expired".clone_into(&mut session.status);
    Ok(vec![record_session(state, base, id, "checkout.session.expired", request)?])
}

/// Closes the sessions whose time is over.
pub(crate) fn expire_due(state: &mut State, base: &str) -> Vec<String> {
    let now = now();
    let due: Vec<_> = state
        .sessions
        .rows()
        .iter()
        .filter(|session| session.status == "open" && session.expires_at <= now)
        .map(|session| session.id.clone())
        .collect();
    due.iter().filter_map(|id| expire(state, base, id, Origin::default()).ok()).flatten().collect()
}

/// Gives money back, all that is left unless `amount` (minor units) is given; the refund and its events.
pub(crate) fn refund(
    state: &mut State,
    intent_id: &str,
    amount: Option<i64>,
    metadata: &Value,
    request: &Origin,
) -> Result<(Value, Vec<String>)> {
    let intent = state.intents.get_mut(intent_id)?;
    if intent.status != "succeeded" {
        return Err(StripeError::refused("This PaymentIntent does not have a successful charge to refund."));
    }
    let left = intent.amount - intent.amount_refunded;
    if left == 0 {
        let message = format!("Charge {} has already been refunded.", intent.charge);
        return Err(StripeError::refused(message).code("charge_already_refunded"));
    }
    let amount = amount.unwrap_or(left);
    if amount < 1 || amount > left {
        let message =
            format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(StripeError::invalid("amount", message));
    }
    intent.amount_refunded += amount;
    let refund = json!({
        "id": new_id("re_3", 23),
        "object": "refund",
        "amount": amount,
        "balance_transaction": null,
        "charge": intent.charge,
        "created": now(),
        "currency": intent.currency,
        "metadata": metadata,
        "payment_intent": intent.id,
        "reason": null,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": "succeeded",
        "transfer_reversal": null,
    });
    let charge = objects::charge(intent);
    let events = vec![
        record(state, "charge.refunded", charge, request.clone()),
        record(state, "refund.created", refund.clone(), request.clone()),
    ];
    Ok((refund, events))
}

fn first_attempt(state: &mut State, session: &Session, means: &str) -> (String, Vec<String>) {
    let intent = Intent {
        id: new_id("pi_3", 23),
        charge: new_id("ch_3", 23),
        created: now(),
        status: "requires_payment_method".to_owned(),
        amount: session.total,
        amount_refunded: 0,
        currency: session.currency.clone(),
        means: means.to_owned(),
        description: session.intent_description.clone(),
        receipt_email: session.receipt_email.clone(),
        email: session.customer_email.clone(),
        metadata: session.intent_metadata.clone(),
        failure: None,
    };
    let id = intent.id.clone();
    let object = objects::intent(&intent);
    state.intents.insert(intent);
    let event = record(state, "payment_intent.created", object, Origin::default());
    (id, vec![event])
}

fn record_payment(state: &mut State, intent: &str, charge_kind: &str, kind: &str) -> Result<Vec<String>> {
    let intent = state.intents.get(intent)?;
    let (charge, intent) = (objects::charge(intent), objects::intent(intent));
    Ok(vec![
        record(state, charge_kind, charge, Origin::default()),
        record(state, kind, intent, Origin::default()),
    ])
}

fn record_session(state: &mut State, base: &str, id: &str, kind: &str, request: Origin) -> Result<String> {
    let object = objects::session(state.sessions.get(id)?, base);
    Ok(record(state, kind, object, request))
}
