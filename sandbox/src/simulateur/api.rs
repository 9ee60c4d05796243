//! The routes of Stripe's API that the simulator answers, each from the parameters to the answer's JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::catalogue;
use super::core::Core;
use super::create;
use super::dispute;
use super::error::{Result, StripeError};
use super::form::Fields;
use super::intents;
use super::lists;
use super::means;
use super::objects;
use super::param::Param;
use super::payment;
use super::refund;
use super::state::{Origin, Session, State};

/// Executes a request: `path` is what follows `/v1/`.
pub(crate) fn execute(
    core: &Arc<Core>,
    method: &str,
    path: &str,
    params: &BTreeMap<String, Param>,
    request: &Origin,
) -> Result<Value> {
    let mut form = Fields::new(params);
    let steps: Vec<_> = path.split('/').collect();
    match (method, steps.as_slice()) {
        ("POST", ["checkout", "sessions"]) => create_session(core, form, request),
        ("GET", ["checkout", "sessions"]) => lists::sessions(core, form),
        ("GET", ["checkout", "sessions", id]) => {
            let expand = form.texts("expand")?;
            form.finish()?;
            core.read(|state| session_json(core, state, state.sessions.get(id)?, &expand))
        }
        ("GET", ["checkout", "sessions", id, "line_items"]) => {
            form.without_effect(&["limit", "starting_after", "ending_before"]);
            form.finish()?;
            core.read(|state| Ok(objects::line_items(state.sessions.get(id)?)))
        }
        ("POST", ["checkout", "sessions", id, "expire"]) => {
            let expand = form.texts("expand")?;
            form.finish()?;
            let events = core.change(|state| payment::expire(state, &core.base, id, request.clone()))?;
            drop(core.dispatch(&events));
            core.read(|state| session_json(core, state, state.sessions.get(id)?, &expand))
        }
        ("GET", ["payment_pages", id]) => {
            form.finish()?;
            core.read(|state| Ok(objects::session(state.sessions.get(id)?, &core.base)))
        }
        ("POST", ["payment_pages", id, "confirm"]) => intents::confirm_page(core, id, form),
        ("POST", ["products"]) => catalogue::create_product(core, form),
        ("POST", ["prices"]) => catalogue::create_price(core, form),
        ("POST", ["payment_methods"]) => means::create(core, form),
        ("POST", ["payment_intents"]) => intents::create(core, form, request),
        ("GET", ["payment_intents"]) => lists::intents(core, form),
        ("GET", ["payment_intents", id]) => {
            let expand = form.texts("expand")?;
            form.finish()?;
            core.read(|state| intent_json(state, id, expand.iter().any(|field| field == "latest_charge")))
        }
        ("POST", ["payment_intents", id, "cancel"]) => intents::cancel(core, id, form, request),
        ("GET", ["charges", id]) => {
            retrieve(core, form, |state| Ok(objects::charge(state.intent_of_charge(id)?)))
        }
        ("POST", ["refunds"]) => refund::create(core, form, request),
        ("GET", ["refunds"]) => lists::refunds(core, form),
        ("GET", ["refunds", id]) => retrieve(core, form, |state| Ok(objects::refund(state.refunds.get(id)?))),
        ("POST", ["refunds", id]) => refund::update(core, id, form, request),
        ("POST", ["refunds", id, "cancel"]) => refund::cancel(core, id, form),
        ("GET", ["disputes"]) => lists::disputes(core, form),
        ("GET", ["disputes", id]) => {
            retrieve(core, form, |state| Ok(objects::dispute(state.disputes.get(id)?)))
        }
        ("POST", ["disputes", id]) => dispute::answer(core, id, form, request),
        ("POST", ["disputes", id, "close"]) => dispute::close(core, id, form, request),
        ("GET", ["events"]) => lists::events(core, form),
        ("GET", ["events", id]) => retrieve(core, form, |state| Ok(objects::event(state.events.get(id)?))),
        ("POST", ["events", id, "retry"]) => resend(core, id, form),
        ("GET", ["webhook_endpoints"]) => lists::webhook_endpoints(core, form),
        ("GET", ["webhook_endpoints", id]) => {
            let endpoint = core.endpoint().filter(|_| *id == objects::WEBHOOK_ENDPOINT);
            let missing = || StripeError::no_such("webhook endpoint", "webhook_endpoint", id);
            retrieve(core, form, |_| Ok(objects::webhook_endpoint(&endpoint.ok_or_else(missing)?)))
        }
        ("GET", ["account"]) => retrieve(core, form, |_| Ok(objects::account())),
        _ => Err(StripeError::no_such_url(method, &format!("/v1/{path}"))),
    }
}

fn create_session(core: &Arc<Core>, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    let expand = form.texts("expand")?;
    let session = core.read(|state| create::session(state, &mut form, request.clone()))?;
    form.finish()?;
    core.change(|state| {
        state.sessions.insert(session.clone());
        session_json(core, state, &session, &expand)
    })
}

/// One object, as it stands.
fn retrieve(
    core: &Arc<Core>,
    mut form: Fields<'_>,
    find: impl FnOnce(&State) -> Result<Value>,
) -> Result<Value> {
    form.without_effect(&["expand"]);
    form.finish()?;
    core.read(find)
}

/// `POST /v1/events/{id}/retry`, which the Stripe CLI calls: sends an event once more.
fn resend(core: &Arc<Core>, id: &str, mut form: Fields<'_>) -> Result<Value> {
    form.without_effect(&["account", "expand", "for_stripecli"]);
    let wanted = form.text("webhook_endpoint", 5000)?;
    form.finish()?;
    if let Some(wanted) = wanted.filter(|wanted| wanted != objects::WEBHOOK_ENDPOINT) {
        return Err(StripeError::no_such_param("webhook endpoint", "webhook_endpoint", &wanted));
    }
    let event = core.read(|state| state.events.get(id).cloned())?;
    if core.endpoint().is_some() {
        drop(core.send(id, &event.kind, std::time::Duration::ZERO));
    }
    core.read(|state| Ok(objects::event(state.events.get(id)?)))
}

fn session_json(core: &Core, state: &State, session: &Session, expand: &[String]) -> Result<Value> {
    let mut object = objects::session(session, &core.base);
    for field in expand {
        match field.as_str() {
            "line_items" => object["line_items"] = objects::line_items(session),
            "payment_intent" | "payment_intent.latest_charge" => {
                if let (Some(id), true) = (&session.intent, session.status == "complete") {
                    object["payment_intent"] = intent_json(state, id, field.ends_with("latest_charge"))?;
                }
            }
            other => {
                let message = format!("This property cannot be expanded ({other}).");
                return Err(StripeError::invalid("expand", message));
            }
        }
    }
    Ok(object)
}

fn intent_json(state: &State, id: &str, with_charge: bool) -> Result<Value> {
    let intent = state.intents.get(id)?;
    let mut object = objects::intent(intent);
    if with_charge {
        object["latest_charge"] = objects::charge(intent);
    }
    Ok(object)
}
