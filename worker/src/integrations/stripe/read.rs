//! What is read of Stripe as it stands, in whatever version: lists of events, told as raw JSON.

use chrono::{DateTime, Utc};
use common::jobs::ProcessStripeWebhook;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stripe::StripeError;
use stripe_client_core::{RequestBuilder, StripeMethod};

use super::{Question, Stripe, StripeAnswer, StripeSession, StripeUnavailable};

/// One page of Stripe's list of events, newest first.
#[derive(Debug, Default)]
pub struct ListedEvents {
    /// The events of the page.
    pub events: Vec<ListedEvent>,
    /// Whether older ones follow.
    pub more: bool,
}

/// An event as Stripe lists it.
#[derive(Debug)]
pub struct ListedEvent {
    /// `evt_…`
    pub id: String,
    /// When it happened, by Stripe's clock.
    pub date: DateTime<Utc>,
    /// The event as JSON.
    pub corps: String,
}

/// Where Stripe sends its events.
#[derive(Debug, Clone, Deserialize)]
pub struct WebhookEndpoint {
    /// The address.
    pub url: String,
    /// `enabled` or `disabled`.
    pub status: String,
    /// The types of event that it is sent; `*` at an end stands for all that begin so.
    pub enabled_events: Vec<String>,
}

#[derive(Serialize)]
struct ListEvents<'a> {
    types: &'a [&'a str],
    created: Since,
    limit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_after: Option<&'a str>,
}

#[derive(Serialize)]
struct OfIntent<'a> {
    payment_intent: &'a str,
    limit: u8,
}

#[derive(Serialize)]
struct Since {
    gte: i64,
}

impl Stripe {
    /// Lists the events that matter since a moment (Stripe keeps thirty days), a hundred at most; with `after`,
    /// those older than that one.
    ///
    /// A cursor that Stripe no longer knows ends the list: what is older than it is gone too.
    pub async fn events(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<ListedEvents, StripeUnavailable> {
        let query = ListEvents {
            types: &ProcessStripeWebhook::TYPES,
            created: Since { gte: since.timestamp() },
            limit: 100,
            starting_after: after,
        };
        let page = match self.get(read("/events").query(&query)).await {
            Ok(page) => page,
            Err(StripeError::Stripe(_, 400 | 404 | 410)) if after.is_some() => {
                return Ok(ListedEvents::default());
            }
            Err(error) => return Err(unavailable(&error)),
        };
        let listed = page["data"].as_array().into_iter().flatten();
        let events = listed.filter_map(|event| {
            Some(ListedEvent {
                id: event["id"].as_str()?.to_owned(),
                date: DateTime::from_timestamp(event["created"].as_i64()?, 0)?,
                corps: event.to_string(),
            })
        });
        Ok(ListedEvents { events: events.collect(), more: page["has_more"].as_bool().unwrap_or(false) })
    }

    /// Lists where Stripe sends its events.
    pub async fn webhook_endpoints(&self) -> Result<Vec<WebhookEndpoint>, StripeUnavailable> {
        let listed = self.get(read("/webhook_endpoints?limit=100")).await;
        let listed = listed.map_err(|error| unavailable(&error))?;
        let endpoints = listed["data"].as_array().into_iter().flatten();
        Ok(endpoints.filter_map(|endpoint| serde_json::from_value(endpoint.clone()).ok()).collect())
    }

    /// Asks for what an event is about. `Unknown` also when Stripe refuses to tell.
    pub(super) async fn confirm(&self, question: &Question) -> Result<StripeAnswer, StripeUnavailable> {
        let id = match question {
            Question::Session(id) | Question::SessionOfIntent(id) | Question::RefundsOfIntent(id) => id,
        };
        // Ids go into paths as they are, and this one comes from outside.
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Ok(StripeAnswer::Unknown);
        }
        let of_intent = OfIntent { payment_intent: id, limit: 100 };
        let told = match question {
            Question::Session(id) => self.get(read(&format!("/checkout/sessions/{id}"))).await,
            Question::SessionOfIntent(_) => self.get(read("/checkout/sessions").query(&of_intent)).await,
            Question::RefundsOfIntent(_) => self.get(read("/refunds").query(&of_intent)).await,
        };
        let told = match told {
            Ok(told) => told,
            Err(StripeError::Stripe(_, 400..=404)) => return Ok(StripeAnswer::Unknown),
            Err(error) => return Err(unavailable(&error)),
        };
        let session = |value: &Value| -> Option<StripeSession> { serde_json::from_value(value.clone()).ok() };
        let session = match question {
            Question::Session(_) => session(&told),
            Question::SessionOfIntent(_) => session(&told["data"][0]),
            Question::RefundsOfIntent(_) => {
                let refunds = told["data"].as_array().into_iter().flatten();
                let refunds = refunds.filter_map(|refund| serde_json::from_value(refund.clone()).ok());
                return Ok(StripeAnswer::Refunds(refunds.collect()));
            }
        };
        Ok(session.map_or(StripeAnswer::Unknown, |session| StripeAnswer::Session(Box::new(session))))
    }

    /// Reads without knowing the shape: what Stripe adds or changes must not keep its news from us.
    async fn get(&self, request: RequestBuilder) -> Result<Value, StripeError> {
        let answer = request.customize::<miniserde::json::Value>().send(&self.client).await?;
        serde_json::from_str(&miniserde::json::to_string(&answer))
            .map_err(|error| StripeError::JSONDeserialize(error.to_string()))
    }
}

fn read(path: &str) -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Get, path)
}

/// An error without the body that Stripe sent with it.
fn unavailable(error: &StripeError) -> StripeUnavailable {
    StripeUnavailable(match error {
        StripeError::Stripe(_, status) => format!("status {status}"),
        StripeError::Timeout => "no answer in time".into(),
        other => other.to_string(),
    })
}
