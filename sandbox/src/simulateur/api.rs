//! The routes of Stripe's API that the simulator answers, each from the parameters to the answer's JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::core::Core;
use super::create;
use super::error::{Result, StripeError};
use super::form::{Fields, Param};
use super::lists;
use super::objects;
use super::payment;
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
        ("GET", ["payment_intents", id]) => {
            let expand = form.texts("expand")?;
            form.finish()?;
            core.read(|state| intent_json(state, id, expand.iter().any(|field| field == "latest_charge")))
        }
        ("GET", ["charges", id]) => {
            form.finish()?;
            core.read(|state| {
                let charged = state.intents.rows().iter().find(|intent| intent.charge == *id);
                charged.map(objects::charge).ok_or_else(|| StripeError::no_such("charge", "id", id))
            })
        }
        ("POST", ["refunds"]) => refund(core, form, request),
        ("GET", ["events"]) => lists::events(core, form),
        ("GET", ["events", id]) => {
            form.finish()?;
            core.read(|state| Ok(objects::event(state.events.get(id)?)))
        }
        ("GET", ["account"]) => {
            form.finish()?;
            Ok(objects::account())
        }
        _ => Err(StripeError::no_such_url(method, &format!("/v1/{path}"))),
    }
}

fn create_session(core: &Arc<Core>, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    let expand = form.texts("expand")?;
    let session = create::session(&mut form, request.clone())?;
    form.finish()?;
    core.change(|state| {
        state.sessions.insert(session.clone());
        session_json(core, state, &session, &expand)
    })
}

fn refund(core: &Arc<Core>, mut form: Fields<'_>, request: &Origin) -> Result<Value> {
    let intent = form.required("payment_intent", 5000)?;
    let amount = form.integer("amount")?;
    let metadata = json!(form.metadata("metadata")?);
    form.one_of("reason", &["duplicate", "fraudulent", "requested_by_customer"])?;
    form.finish()?;
    let (refund, events) =
        core.change(|state| payment::refund(state, &intent, amount, &metadata, request))?;
    drop(core.dispatch(&events));
    Ok(refund)
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
