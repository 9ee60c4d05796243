//! The routes of Stripe's API that the simulator answers, each from the parameters to the answer's JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::core::Core;
use super::create;
use super::error::{Result, StripeError};
use super::form::{Fields, Param};
use super::objects;
use super::payment;
use super::state::{Event, Origin, Row, Session, State};

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
        ("GET", ["checkout", "sessions"]) => list_sessions(core, form),
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
        ("GET", ["events"]) => list_events(core, form),
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

fn list_sessions(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    let page = Page::read(&mut form)?;
    let status = form.one_of("status", &["open", "complete", "expired"])?;
    let intent = form.text("payment_intent", 5000)?;
    let created = Period::read(&mut form)?;
    form.without_effect(&["expand"]);
    form.finish()?;
    core.read(|state| {
        let fits = |session: &Session| {
            status.as_ref().is_none_or(|status| session.status == *status)
                && intent.as_ref().is_none_or(|intent| session.intent.as_ref() == Some(intent))
                && created.holds(session.created)
        };
        let (rows, more) = page.cut(state.sessions.rows(), fits)?;
        let data: Vec<_> = rows.iter().map(|row| objects::session(row, &core.base)).collect();
        Ok(objects::list(&data, more, "/v1/checkout/sessions"))
    })
}

fn list_events(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    let page = Page::read(&mut form)?;
    let mut types = form.texts("types")?;
    if let Some(one) = form.text("type", 5000)? {
        if !types.is_empty() {
            return Err(StripeError::invalid(
                "type",
                "You may only specify one of these parameters: type, types.",
            ));
        }
        types.push(one);
    }
    if types.len() > 20 {
        return Err(StripeError::invalid("types", "You can filter on at most 20 types."));
    }
    let created = Period::read(&mut form)?;
    let delivered = form.boolean("delivery_success")?;
    form.finish()?;
    core.read(|state| {
        let fits = |event: &Event| {
            (types.is_empty() || types.iter().any(|wanted| matches_type(wanted, &event.kind)))
                && created.holds(event.created)
                && delivered.is_none_or(|wanted| (event.pending == 0) == wanted)
        };
        let (rows, more) = page.cut(state.events.rows(), fits)?;
        let data: Vec<_> = rows.iter().map(|row| objects::event(row)).collect();
        Ok(objects::list(&data, more, "/v1/events"))
    })
}

/// `charge.*` stands for all types that begin so.
fn matches_type(wanted: &str, kind: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == kind, |prefix| kind.starts_with(prefix))
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

/// Which part of a list is asked for; lists begin with the newest.
struct Page {
    limit: usize,
    starting_after: Option<String>,
    ending_before: Option<String>,
}

impl Page {
    fn read(form: &mut Fields<'_>) -> Result<Self> {
        let limit = form.integer("limit")?.unwrap_or(10);
        let limit = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit));
        let limit = limit.ok_or_else(|| {
            let message = "This value must be between 1 and 100.";
            StripeError::invalid("limit", message).code("parameter_invalid_integer")
        })?;
        let page = Self {
            limit,
            starting_after: form.text("starting_after", 5000)?,
            ending_before: form.text("ending_before", 5000)?,
        };
        if page.starting_after.is_some() && page.ending_before.is_some() {
            let message = "You may only specify one of these parameters: ending_before, starting_after.";
            return Err(StripeError::invalid("ending_before", message));
        }
        Ok(page)
    }

    /// The rows of the page, newest first, and whether more lie beyond it.
    fn cut<'a, T: Row>(&self, rows: &'a [T], fits: impl Fn(&T) -> bool) -> Result<(Vec<&'a T>, bool)> {
        let place = |param: &str, id: &String| {
            let found = rows.iter().position(|row| row.id() == id);
            found.ok_or_else(|| StripeError::no_such(T::NAMES.0, param, id))
        };
        let mut page: Vec<&T>;
        if let Some(id) = &self.ending_before {
            // What is newer than that one, and next to it.
            let place = place("ending_before", id)?;
            page = rows[place + 1..].iter().filter(|row| fits(row)).take(self.limit + 1).collect();
            let more = page.len() > self.limit;
            page.truncate(self.limit);
            page.reverse();
            return Ok((page, more));
        }
        let end = match &self.starting_after {
            Some(id) => place("starting_after", id)?,
            None => rows.len(),
        };
        page = rows[..end].iter().rev().filter(|row| fits(row)).take(self.limit + 1).collect();
        let more = page.len() > self.limit;
        page.truncate(self.limit);
        Ok((page, more))
    }
}

/// `created`: a moment, or bounds.
#[derive(Default)]
struct Period {
    exactly: Option<i64>,
    gt: Option<i64>,
    gte: Option<i64>,
    lt: Option<i64>,
    lte: Option<i64>,
}

impl Period {
    fn read(form: &mut Fields<'_>) -> Result<Self> {
        if form.is_text("created") {
            return Ok(Self { exactly: form.integer("created")?, ..Self::default() });
        }
        let Some(mut bounds) = form.object("created")? else {
            return Ok(Self::default());
        };
        let period = Self {
            exactly: None,
            gt: bounds.integer("gt")?,
            gte: bounds.integer("gte")?,
            lt: bounds.integer("lt")?,
            lte: bounds.integer("lte")?,
        };
        bounds.finish()?;
        Ok(period)
    }

    fn holds(&self, time: i64) -> bool {
        self.exactly.is_none_or(|at| time == at)
            && self.gt.is_none_or(|bound| time > bound)
            && self.gte.is_none_or(|bound| time >= bound)
            && self.lt.is_none_or(|bound| time < bound)
            && self.lte.is_none_or(|bound| time <= bound)
    }
}
