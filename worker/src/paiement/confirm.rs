//! What Stripe is asked when an event of its own disagrees with what we know: the object, as it stands.

use common::montant::Devise;

use super::ledger::key_mode_differs;
use crate::cx::{Cx, JobError};
use crate::integrations::stripe::{Question, StripeEvent, StripeReversal, StripeSession};

/// What to ask of Stripe before an event is applied; `None` when it agrees with what we know, or is none of ours.
/// `asked` counts the questions about this event so far.
pub async fn question(cx: &mut Cx, event: &StripeEvent, asked: usize) -> Result<Option<Question>, JobError> {
    if event.is_session() {
        return if asked == 0 { about_session(cx, event).await } else { Ok(None) };
    }
    let (payment_intent, refunded) = if let Some(charge) = event.refunded_charge() {
        (charge.payment_intent, charge.amount_refunded)
    } else if event.is_reversal() {
        (event.object::<StripeReversal>().and_then(|reversal| reversal.payment_intent), 0)
    } else {
        return Ok(None);
    };
    let Some(payment_intent) = payment_intent else { return Ok(None) };
    let known = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE type = 'recu') AS "received!",
                  coalesce(-sum(mouvement_minor)
                      FILTER (WHERE type IN ('rembourse', 'rembourse_echoue')), 0)::bigint AS "refunded!"
           FROM paiement WHERE stripe_payment_intent = $1"#,
        payment_intent
    )
    .fetch_one(&mut *cx.tx)
    .await?;
    Ok(match (known.received > 0, asked) {
        // A refund or a dispute of a payment that we have not heard of, or that is not ours.
        (false, 0) => Some(Question::SessionOfIntent(payment_intent)),
        (true, 0 | 1) if known.refunded < refunded => Some(Question::RefundsOfIntent(payment_intent)),
        _ => None,
    })
}

async fn about_session(cx: &mut Cx, event: &StripeEvent) -> Result<Option<Question>, JobError> {
    let Some(session) = event.object::<StripeSession>() else {
        // Of a version that we cannot read: asked for, it comes in ours.
        return Ok(event.object_id().filter(|id| id.starts_with("cs_")).map(Question::Session));
    };
    if session.status.as_deref() != Some("complete") || key_mode_differs(cx, &session) {
        return Ok(None);
    }
    let known = sqlx::query!(
        "SELECT montant_minor, devise, livemode
           FROM session_paiement WHERE stripe_session_id = $1 OR (stripe_session_id IS NULL AND id = $2)",
        session.id,
        session.metadata_id("sessionPaiementId"),
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    let agrees = match known {
        Some(known) => {
            session.amount() == Devise::parse(&known.devise).ok().map(|devise| (known.montant_minor, devise))
                && known.livemode.is_none_or(|livemode| livemode == session.livemode)
        }
        // Without our metadata it is somebody else's, on the same account.
        None => session.metadata_id("opportuniteId").is_none(),
    };
    Ok((!agrees).then_some(Question::Session(session.id)))
}
