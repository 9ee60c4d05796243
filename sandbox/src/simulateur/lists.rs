//! Lists of Stripe's API: newest first, page by page, filtered.

use std::sync::Arc;

use serde_json::Value;

use super::core::Core;
use super::dispute::Dispute;
use super::error::{Result, StripeError};
use super::form::Fields;
use super::objects;
use super::refund::Refund;
use super::state::{Event, Intent, Session, now};
use super::table::Row;

/// How long Stripe lists an event, in seconds.
const LISTED: i64 = 30 * 24 * 3600;

/// `GET /v1/checkout/sessions`.
pub(crate) fn sessions(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
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
        page.list("/v1/checkout/sessions", state.sessions.rows(), fits, |row| {
            objects::session(row, &core.base)
        })
    })
}

/// `GET /v1/events`: what happened in the last thirty days.
pub(crate) fn events(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
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
    form.without_effect(&["expand"]);
    form.finish()?;
    let oldest = now() - LISTED;
    core.read(|state| {
        let fits = |event: &Event| {
            (types.is_empty() || types.iter().any(|wanted| matches_type(wanted, &event.kind)))
                && created.holds(event.created)
                && event.created >= oldest
                && delivered.is_none_or(|wanted| event.is_delivered() == wanted)
        };
        page.list("/v1/events", state.events.rows(), fits, objects::event)
    })
}

/// `GET /v1/payment_intents`.
pub(crate) fn intents(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    let (page, created) = (Page::read(&mut form)?, Period::read(&mut form)?);
    form.without_effect(&["expand"]);
    form.finish()?;
    let fits = |intent: &Intent| created.holds(intent.created);
    core.read(|state| page.list("/v1/payment_intents", state.intents.rows(), fits, objects::intent))
}

/// `GET /v1/refunds`.
pub(crate) fn refunds(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    let (page, created) = (Page::read(&mut form)?, Period::read(&mut form)?);
    let about = About::read(&mut form)?;
    form.finish()?;
    let fits = |refund: &Refund| created.holds(refund.created) && about.holds(&refund.charge, &refund.intent);
    core.read(|state| page.list("/v1/refunds", state.refunds.rows(), fits, objects::refund))
}

/// `GET /v1/disputes`.
pub(crate) fn disputes(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    let (page, created) = (Page::read(&mut form)?, Period::read(&mut form)?);
    let about = About::read(&mut form)?;
    form.finish()?;
    let fits = |row: &Dispute| created.holds(row.created) && about.holds(&row.charge, &row.intent);
    core.read(|state| page.list("/v1/disputes", state.disputes.rows(), fits, objects::dispute))
}

/// `GET /v1/webhook_endpoints`: one, or none.
pub(crate) fn webhook_endpoints(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    Page::read(&mut form)?;
    form.without_effect(&["expand"]);
    form.finish()?;
    let data: Vec<_> = core.endpoint().iter().map(objects::webhook_endpoint).collect();
    Ok(objects::list(&data, false, "/v1/webhook_endpoints"))
}

/// The payment that a list is about.
struct About {
    charge: Option<String>,
    intent: Option<String>,
}

impl About {
    fn read(form: &mut Fields<'_>) -> Result<Self> {
        let about = Self { charge: form.text("charge", 5000)?, intent: form.text("payment_intent", 5000)? };
        form.without_effect(&["expand"]);
        Ok(about)
    }

    fn holds(&self, charge: &str, intent: &str) -> bool {
        self.charge.as_ref().is_none_or(|wanted| wanted == charge)
            && self.intent.as_ref().is_none_or(|wanted| wanted == intent)
    }
}

/// `charge.*` stands for all types that begin so.
fn matches_type(wanted: &str, kind: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == kind, |prefix| kind.starts_with(prefix))
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

    /// The page as Stripe's list.
    fn list<T: Row>(
        &self,
        url: &str,
        rows: &[T],
        fits: impl Fn(&T) -> bool,
        show: impl Fn(&T) -> Value,
    ) -> Result<Value> {
        let (rows, more) = self.cut(rows, fits)?;
        let data: Vec<_> = rows.into_iter().map(show).collect();
        Ok(objects::list(&data, more, url))
    }

    /// The rows of the page, newest first, and whether more lie beyond it.
    fn cut<'a, T: Row>(&self, rows: &'a [T], fits: impl Fn(&T) -> bool) -> Result<(Vec<&'a T>, bool)> {
        let place = |param: &str, id: &String| {
            let found = rows.iter().position(|row| row.id() == id);
            found.ok_or_else(|| StripeError::no_such_param(T::NAMES.0, param, id))
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
