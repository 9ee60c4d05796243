//! Records an event of Stripe's once, and applies what it tells of a Checkout Session, a refund or a dispute.

use common::domaine::Entite;
use common::job::{Actor, Reference};
use common::jobs::ProcessStripeWebhook;
use common::refus::Refus;
use uuid::Uuid;

use crate::cx::{Cx, Handle, JobError, reference};
use crate::integrations::stripe::{StripeEvent, StripeReversal, StripeSession};
use crate::paiement::{Occasion, assign_event, record_reversal, record_session};

impl Handle for ProcessStripeWebhook {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        // Only the webhook's door makes this actor.
        if cx.actor != Actor::Stripe {
            return Err(Refus::not_found().into());
        }
        let event = StripeEvent::parse(&self.corps);
        record_event(cx, &self, event.as_ref()).await?;
        if let Some(event) = event
            && let Some(opportunite_id) = apply(cx, &event).await?
        {
            assign_event(cx, cx.job.0, opportunite_id).await?;
        }
        Ok(reference(Entite::EvenementStripe, cx.job.0))
    }
}

async fn record_event(
    cx: &mut Cx,
    job: &ProcessStripeWebhook,
    event: Option<&StripeEvent>,
) -> Result<(), JobError> {
    // A text column cannot hold NUL, which no JSON text may hold either.
    let corps = job.corps.replace('\0', "\u{fffd}");
    let reversal = event.filter(|event| event.is_reversal()).and_then(StripeEvent::object::<StripeReversal>);
    sqlx::query!(
        "INSERT INTO evenement_stripe (id, stripe_event_id, type, livemode, api_version, corps, stripe_payment_intent,
             date_reception, date_traitement)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        cx.job.0,
        job.stripe_event_id,
        event.map(|event| event.r#type.as_str()),
        event.and_then(|event| event.livemode),
        event.and_then(|event| event.api_version.as_deref()),
        corps,
        reversal.and_then(|reversal| reversal.payment_intent),
        cx.asked,
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

/// Applies an event; the deal that it is about, when it is about one.
async fn apply(cx: &mut Cx, event: &StripeEvent) -> Result<Option<Uuid>, JobError> {
    let date = event.date().unwrap_or(cx.now);
    if event.is_reversal() {
        let Some(reversal) = event.object::<StripeReversal>() else { return Ok(None) };
        return record_reversal(cx, &event.r#type, &reversal, date).await;
    }
    if !event.r#type.starts_with("checkout.session.") {
        return Ok(None);
    }
    let Some(session) = event.object::<StripeSession>() else { return Ok(None) };
    let debit_failed = event.r#type == "checkout.session.async_payment_failed";
    record_session(cx, &session, Occasion { date, debit_failed }).await
}
