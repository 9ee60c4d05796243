//! Records an event of Stripe's once, and applies what it tells of a Checkout Session.

use chrono::{DateTime, Utc};
use common::domaine::Entite;
use common::job::{Actor, Reference};
use common::jobs::ProcessStripeWebhook;
use common::refus::Refus;
use serde::Deserialize;

use crate::cx::{Cx, Handle, JobError, reference};
use crate::integrations::stripe::StripeSession;
use crate::paiement::{Occasion, record_session};

/// As much of an event as is needed to apply it. Whatever else it holds is kept raw.
#[derive(Deserialize)]
struct Event {
    r#type: String,
    created: Option<i64>,
    livemode: Option<bool>,
    api_version: Option<String>,
    data: Option<EventData>,
}

#[derive(Deserialize)]
struct EventData {
    object: serde_json::Value,
}

impl Handle for ProcessStripeWebhook {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        // Only the webhook's door makes this actor; a job forged in Redis gets no further.
        if cx.actor != Actor::Stripe {
            return Err(Refus::not_found().into());
        }
        let event: Option<Event> = serde_json::from_str(&self.corps).ok();
        record_event(cx, &self, event.as_ref()).await?;
        if let Some(event) = event
            && let Some(opportunite_id) = apply(cx, event).await?
        {
            sqlx::query!(
                "UPDATE evenement_stripe SET opportunite_id = $2 WHERE id = $1",
                cx.job.0,
                opportunite_id
            )
            .execute(&mut *cx.tx)
            .await?;
        }
        Ok(reference(Entite::EvenementStripe, cx.job.0))
    }
}

async fn record_event(cx: &mut Cx, job: &ProcessStripeWebhook, event: Option<&Event>) -> Result<(), JobError> {
    // A text column cannot hold NUL, which no JSON text may hold either.
    let corps = job.corps.replace('\0', "\u{fffd}");
    sqlx::query!(
        "INSERT INTO evenement_stripe (id, stripe_event_id, type, livemode, api_version, corps, date_reception,
             date_traitement)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        cx.job.0,
        job.stripe_event_id,
        event.map(|event| event.r#type.as_str()),
        event.and_then(|event| event.livemode),
        event.and_then(|event| event.api_version.as_deref()),
        corps,
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

async fn apply(cx: &mut Cx, event: Event) -> Result<Option<uuid::Uuid>, JobError> {
    let is_session = event.r#type.starts_with("checkout.session.");
    let (true, Some(data)) = (is_session, event.data) else { return Ok(None) };
    let session: StripeSession = match serde_json::from_value(data.object) {
        Ok(session) => session,
        // Genuine, and of a shape that we do not know: kept raw, and harmless.
        Err(error) => {
            tracing::warn!(job = %cx.job, r#type = event.r#type, "the session cannot be read: {error}");
            return Ok(None);
        }
    };
    let created = event.created.and_then(|created| DateTime::<Utc>::from_timestamp(created, 0));
    let occasion = Occasion {
        date: created.unwrap_or(cx.now),
        debit_failed: event.r#type == "checkout.session.async_payment_failed",
    };
    record_session(cx, &session, occasion).await
}
