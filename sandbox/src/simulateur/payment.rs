//! What may happen to a session: paid, refused, a bank debit announced and settled, expired.
//!
//! Each function changes the state and gives the ids of the events that this made, in Stripe's order.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Result, StripeError};
use super::means::Course;
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

impl Moyen {
    /// As Stripe calls it.
    fn means(self) -> &'static str {
        match self {
            Self::Carte | Self::CarteRefusee => "card",
            Self::Sepa | Self::SepaEchec => "sepa_debit",
        }
    }
}

/// Makes an event.
pub(crate) fn record(state: &mut State, kind: &str, object: Value, request: Origin) -> String {
    insert_event(state, kind, object, None, request)
}

/// Makes an event about a change; `previous` is what the changed fields were.
pub(crate) fn record_update(
    state: &mut State,
    kind: &str,
    object: Value,
    previous: Value,
    request: Origin,
) -> String {
    insert_event(state, kind, object, Some(previous), request)
}

fn insert_event(
    state: &mut State,
    kind: &str,
    object: Value,
    previous: Option<Value>,
    request: Origin,
) -> String {
    let id = new_id("evt_1", 23);
    state.events.insert(Event {
        id: id.clone(),
        kind: kind.to_owned(),
        created: now(),
        object,
        previous,
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
    let means = moyen.means();
    if !session.means.iter().any(|offered| offered == means) {
        return Err(StripeError::refused(format!("This Checkout Session does not accept {means}.")));
    }
    // A second attempt goes on with the intent of the first.
    let (intent, mut events) = match &session.intent {
        Some(intent) => (intent.clone(), Vec::new()),
        None => first_attempt(state, &session),
    };
    events.extend(attempt(state, &intent, moyen)?);
    let session = state.sessions.get_mut(id)?;
    session.intent = Some(intent);
    session.declined = moyen == Moyen::CarteRefusee;
    session.debit_will_fail = moyen == Moyen::SepaEchec;
    if moyen == Moyen::CarteRefusee {
        return Ok(events);
    }
    "complete".clone_into(&mut session.status);
    if moyen == Moyen::Carte {
        "paid".clone_into(&mut session.payment_status);
    }
    events.push(record_session(state, base, id, "checkout.session.completed", Origin::default())?);
    Ok(events)
}

/// One try to take the money: a charge of its own.
pub(crate) fn attempt(state: &mut State, intent_id: &str, moyen: Moyen) -> Result<Vec<String>> {
    let intent = state.intents.get_mut(intent_id)?;
    moyen.means().clone_into(&mut intent.means);
    intent.charge = new_id("ch_3", 23);
    intent.failure = (moyen == Moyen::CarteRefusee).then(|| "generic_decline".to_owned());
    let (status, charge_kind, intent_kind) = match moyen {
        Moyen::Carte => ("succeeded", "charge.succeeded", "payment_intent.succeeded"),
        Moyen::CarteRefusee => ("requires_payment_method", "charge.failed", "payment_intent.payment_failed"),
        Moyen::Sepa | Moyen::SepaEchec => ("processing", "charge.pending", "payment_intent.processing"),
    };
    status.clone_into(&mut intent.status);
    record_payment(state, intent_id, charge_kind, intent_kind)
}

/// The bank's answer to the debit of a session: what was announced, or `honoured` when that is given.
pub(crate) fn settle_debit(
    state: &mut State,
    base: &str,
    id: &str,
    honoured: Option<bool>,
) -> Result<Vec<String>> {
    let session = state.sessions.get(id)?;
    let (intent, waiting) = (session.intent.clone().unwrap_or_default(), session.status == "complete");
    let honoured = honoured.unwrap_or(!session.debit_will_fail);
    if !waiting || state.intents.get(&intent)?.status != "processing" {
        return Err(StripeError::refused("No debit of this Checkout Session is being processed."));
    }
    let mut events = bank_answers(state, &intent, honoured)?;
    let kind = if honoured {
        "paid".clone_into(&mut state.sessions.get_mut(id)?.payment_status);
        "checkout.session.async_payment_succeeded"
    } else {
        "checkout.session.async_payment_failed"
    };
    events.push(record_session(state, base, id, kind, Origin::default())?);
    Ok(events)
}

/// The bank's answer to a debit.
pub(crate) fn bank_answers(state: &mut State, intent_id: &str, honoured: bool) -> Result<Vec<String>> {
    let intent = state.intents.get_mut(intent_id)?;
    if honoured {
        "succeeded".clone_into(&mut intent.status);
        return record_payment(state, intent_id, "charge.succeeded", "payment_intent.succeeded");
    }
    "requires_payment_method".clone_into(&mut intent.status);
    intent.failure = Some("insufficient_funds".to_owned());
    record_payment(state, intent_id, "charge.failed", "payment_intent.payment_failed")
}

/// Gives a payment up that was not made.
pub(crate) fn cancel(state: &mut State, intent_id: &str, request: &Origin) -> Result<Vec<String>> {
    let intent = state.intents.get_mut(intent_id)?;
    "canceled".clone_into(&mut intent.status);
    intent.canceled_at = Some(now());
    let object = objects::intent(intent);
    Ok(vec![record(state, "payment_intent.canceled", object, request.clone())])
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
    let tried = session.intent.clone();
    let mut events = match tried {
        Some(intent) => cancel(state, &intent, &request)?,
        None => Vec::new(),
    };
    events.push(record_session(state, base, id, "checkout.session.expired", request)?);
    Ok(events)
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

fn first_attempt(state: &mut State, session: &Session) -> (String, Vec<String>) {
    let intent = Intent {
        id: new_id("pi_3", 23),
        charge: new_id("ch_3", 23),
        created: now(),
        status: "requires_payment_method".to_owned(),
        amount: session.total,
        amount_refunded: 0,
        currency: session.currency.clone(),
        means: "card".to_owned(),
        description: session.intent_description.clone(),
        receipt_email: session.receipt_email.clone(),
        email: session.customer_email.clone(),
        metadata: session.intent_metadata.clone(),
        failure: None,
        course: Course::default(),
        disputed: false,
        canceled_at: None,
        of_checkout: true,
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
