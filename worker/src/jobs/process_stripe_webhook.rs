//! Records an event of Stripe's once, and applies what it tells of a Checkout Session, a refund or a dispute.

use chrono::TimeDelta;
use common::domaine::{Entite, Source};
use common::job::{Actor, Reference};
use common::jobs::ProcessStripeWebhook;
use common::refus::Refus;
use uuid::Uuid;

use crate::cx::{Cx, Handle, JobError, reference};
use crate::integrations::stripe::{
    StripeCall, StripeCharge, StripeEvent, StripeIntent, StripeReversal, StripeSession,
};
use crate::paiement::{
    Occasion, assign_event, find_deal_of_intent, question, record_refused_card, record_reversal,
    record_session, reduce_if_erased,
};

/// How long Stripe is waited for when an event disagrees with what we know. Afterwards the event is recorded as
/// it stands: what does not match is kept and shown.
const CONFIRMATION_PATIENCE: TimeDelta = TimeDelta::hours(1);

impl Handle for ProcessStripeWebhook {
    const EXTERNAL: bool = true;

    async fn next_call(&self, cx: &mut Cx, asked: usize) -> Result<Option<StripeCall>, JobError> {
        if cx.shared.stripe.is_none() || cx.now - cx.asked > CONFIRMATION_PATIENCE {
            return Ok(None);
        }
        let Some(event) = StripeEvent::parse(&self.corps) else { return Ok(None) };
        Ok(question(cx, &event, asked).await?.map(StripeCall::Confirm))
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let source = match cx.actor {
            // Only the webhook's door makes this actor.
            Actor::Stripe => Source::Webhook,
            Actor::Systeme => Source::Reconciliation,
            Actor::Utilisateur(_) | Actor::Client(_) => return Err(Refus::not_found().into()),
        };
        let event = StripeEvent::parse(&self.corps);
        record_event(cx, &self, event.as_ref(), source).await?;
        if let Some(event) = event {
            if let Some(opportunite_id) = apply(cx, &event).await? {
                assign_event(cx, cx.job.0, opportunite_id).await?;
            }
            reduce_if_erased(cx, cx.job.0, event.client_id()).await?;
        }
        Ok(reference(Entite::EvenementStripe, cx.job.0))
    }
}

async fn record_event(
    cx: &mut Cx,
    job: &ProcessStripeWebhook,
    event: Option<&StripeEvent>,
    source: Source,
) -> Result<(), JobError> {
    let reversal = event.filter(|event| event.is_reversal()).and_then(StripeEvent::object::<StripeReversal>);
    sqlx::query!(
        "INSERT INTO evenement_stripe (id, stripe_event_id, type, livemode, api_version, corps, stripe_payment_intent,
             source, date_reception, date_traitement, date_evenement)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        cx.job.0,
        job.stripe_event_id,
        event.map(|event| event.r#type.as_str()),
        event.and_then(|event| event.livemode),
        event.and_then(|event| event.api_version.as_deref()),
        job.corps,
        reversal.and_then(|reversal| reversal.payment_intent),
        source.as_str(),
        cx.asked,
        cx.now,
        event.and_then(StripeEvent::date),
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

/// Applies an event, once or once more; the deal that it is about, when it is about one.
pub(super) async fn apply(cx: &mut Cx, event: &StripeEvent) -> Result<Option<Uuid>, JobError> {
    let date = event.date().unwrap_or(cx.now);
    if event.is_reversal() {
        let Some(reversal) = event.object::<StripeReversal>() else { return Ok(None) };
        return record_reversal(cx, &event.r#type, &reversal, date).await;
    }
    if event.r#type == "payment_intent.payment_failed" {
        let Some(intent) = event.object::<StripeIntent>() else { return Ok(None) };
        return record_refused_card(cx, &intent).await;
    }
    if let Some(StripeCharge { payment_intent: Some(payment_intent), .. }) = event.refunded_charge() {
        return find_deal_of_intent(cx, &payment_intent).await;
    }
    if !event.is_session() {
        return Ok(None);
    }
    let Some(session) = event.object::<StripeSession>() else { return Ok(None) };
    let debit_failed = event.r#type == "checkout.session.async_payment_failed";
    record_session(cx, &session, Occasion { date, debit_failed }).await
}
