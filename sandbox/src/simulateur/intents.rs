//! Payments without a person: `/v1/payment_intents` confirmed at once, and the page that the Stripe CLI confirms.

use std::sync::Arc;

use serde_json::{Value, json};

use super::core::Core;
use super::currency;
use super::dispute;
use super::error::{Result, StripeError};
use super::form::Fields;
use super::means::{Course, Method};
use super::objects;
use super::payment;
use super::state::{Intent, Origin, State, new_id, now};

/// `POST /v1/payment_intents`; without `confirm` there is nothing to be done with it but to cancel it.
pub(crate) fn create(core: &Arc<Core>, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    form.without_effect(&[
        "automatic_payment_methods",
        "error_on_requires_action",
        "expand",
        "mandate_data",
        "off_session",
        "payment_method_options",
        "payment_method_types",
        "return_url",
        "shipping",
    ]);
    let currency = currency::known(&form.name("currency"), &form.required("currency", 5000)?)?;
    let amount = form.amount("amount")?;
    currency::check(&currency, amount, "amount", "Amount")?;
    let intent = Intent {
        id: new_id("pi_3", 23),
        charge: new_id("ch_3", 23),
        created: now(),
        status: "requires_payment_method".to_owned(),
        amount,
        amount_refunded: 0,
        currency,
        means: "card".to_owned(),
        description: form.text("description", 1000)?,
        receipt_email: form.email("receipt_email")?,
        email: None,
        metadata: form.metadata("metadata")?,
        failure: None,
        course: Course::default(),
        disputed: false,
        canceled_at: None,
        of_checkout: false,
    };
    let method = form.text("payment_method", 5000)?;
    let confirm = form.boolean("confirm")?.unwrap_or_default();
    form.finish()?;
    if confirm && method.is_none() {
        return Err(StripeError::missing("payment_method"));
    }
    let (id, events) = core.change(|state| {
        let method = method.as_ref().map(|method| Method::find(state, method)).transpose()?;
        let (id, object) = (intent.id.clone(), objects::intent(&intent));
        state.intents.insert(intent);
        let mut events = vec![payment::record(state, "payment_intent.created", object, request.clone())];
        let Some(method) = method.filter(|_| confirm) else {
            return Ok((id, events));
        };
        events.extend(payment::attempt(state, &id, method.moyen())?);
        if method.kind == "sepa_debit" {
            events.extend(payment::bank_answers(state, &id, method.course != Course::Declined)?);
        }
        events.extend(aftermath(state, &id, method.course)?);
        Ok((id, events))
    })?;
    drop(core.dispatch(&events));
    core.read(|state| {
        let intent = state.intents.get(&id)?;
        let is_declined = intent.means == "card" && intent.failure.is_some();
        if is_declined { Err(declined(intent)) } else { Ok(objects::intent(intent)) }
    })
}

/// `POST /v1/payment_intents/{id}/cancel`.
pub(crate) fn cancel(core: &Arc<Core>, id: &str, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    form.without_effect(&["cancellation_reason", "expand"]);
    form.finish()?;
    let events = core.change(|state| {
        let intent = state.intents.get(id)?;
        if intent.of_checkout {
            let message = "You cannot cancel a PaymentIntent created by Checkout. To cancel it, expire the \
                           Checkout Session.";
            return Err(StripeError::refused(message).code("payment_intent_unexpected_state"));
        }
        if intent.status != "requires_payment_method" {
            let message =
                format!("You cannot cancel this PaymentIntent because it has a status of {}.", intent.status);
            return Err(StripeError::refused(message).code("payment_intent_unexpected_state"));
        }
        payment::cancel(state, id, request)
    })?;
    drop(core.dispatch(&events));
    core.read(|state| Ok(objects::intent(state.intents.get(id)?)))
}

/// `POST /v1/payment_pages/{id}/confirm`: what the hosted page does when its payer presses the button. Stripe
/// documents it nowhere; its CLI calls it.
pub(crate) fn confirm_page(core: &Arc<Core>, id: &str, mut form: Fields<'_>) -> Result<Value> {
    form.without_effect(&["expand"]);
    let method = form.required("payment_method", 5000)?;
    let expected = form.integer("expected_amount")?;
    form.finish()?;
    let base = &core.base;
    let events = core.change(|state| {
        let session = state.sessions.get(id)?;
        if expected.is_some_and(|expected| expected != session.total) {
            let message = format!("The session's amount is {}, not what is expected.", session.total);
            return Err(StripeError::invalid("expected_amount", message).code("checkout_amount_mismatch"));
        }
        let method = Method::find(state, &method)?;
        let mut events = payment::pay(state, base, id, method.moyen())?;
        if method.kind == "sepa_debit" {
            events.extend(payment::settle_debit(state, base, id, None)?);
        }
        let intent = state.sessions.get(id)?.intent.clone().unwrap_or_default();
        events.extend(aftermath(state, &intent, method.course)?);
        Ok(events)
    })?;
    drop(core.dispatch(&events));
    core.read(|state| {
        let session = state.sessions.get(id)?;
        match &session.intent {
            Some(intent) if session.declined => Err(declined(state.intents.get(intent)?)),
            _ => Ok(objects::session(session, base)),
        }
    })
}

/// 402, with the intent that failed.
fn declined(intent: &Intent) -> StripeError {
    let code = intent.failure.as_deref().unwrap_or_default();
    let about = json!({ "charge": intent.charge, "payment_intent": objects::intent(intent) });
    StripeError::declined(&objects::failure("card", code), about)
}

/// What a test card brings after it has paid.
fn aftermath(state: &mut State, intent: &str, course: Course) -> Result<Vec<String>> {
    state.intents.get_mut(intent)?.course = course;
    Ok(match course {
        Course::Disputed => dispute::open(state, intent, None, false)?.1,
        Course::Inquired => dispute::open(state, intent, None, true)?.1,
        _ => Vec::new(),
    })
}
