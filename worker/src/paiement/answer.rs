//! What Stripe's answer to a call does to the attempt that the call was about.

use common::domaine::StatutSession;
use common::refus::Refus;

use super::ledger::{Occasion, record_session, refresh_opportunite};
use crate::cx::{Cx, JobError};
use crate::integrations::stripe::{StripeAnswer, StripeCall};

/// Records an answer. `Some` when Stripe refuses what was asked: the reason, for the person who asked.
///
/// A session that we expired becomes `annulee`; one that Stripe does not know, or refused to open,
/// `abandonnee`. A session that was paid in the meantime is recorded as such.
pub async fn record_answer(
    cx: &mut Cx,
    call: &StripeCall,
    answer: StripeAnswer,
) -> Result<Option<Refus>, JobError> {
    match answer {
        StripeAnswer::Session(session) => {
            let ours =
                matches!(call, StripeCall::Expire { .. }) && session.status.as_deref() == Some("expired");
            let occasion = Occasion { date: cx.now, debit_failed: false };
            let opportunite = record_session(cx, &session, occasion).await?;
            if ours {
                end_attempt(cx, call, StatutSession::Annulee).await?;
            }
            // The deal went away while Stripe was asked: nobody can be shown this link.
            Ok(opportunite.is_none().then(Refus::not_found))
        }
        StripeAnswer::Unknown => {
            end_attempt(cx, call, StatutSession::Abandonnee).await?;
            Ok(None)
        }
        StripeAnswer::Refused { code, param } => {
            tracing::warn!(job = %cx.job, code, param, "Stripe refuses");
            end_attempt(cx, call, StatutSession::Abandonnee).await?;
            // Too old to be opened: not the asker's fault, the next try is a new attempt.
            if param.as_deref() == Some("expires_at") {
                return Ok(None);
            }
            Ok(Some(Refus::conflict("stripe-refuse").arg("code", code)))
        }
    }
}

async fn end_attempt(cx: &mut Cx, call: &StripeCall, statut: StatutSession) -> Result<(), JobError> {
    let (cle, stripe_session_id) = match call {
        StripeCall::Create { cle, .. } => (Some(cle.as_str()), None),
        StripeCall::Expire { stripe_session_id } | StripeCall::Retrieve { stripe_session_id } => {
            (None, Some(stripe_session_id.as_str()))
        }
    };
    let opportunite_id = sqlx::query_scalar!(
        "SELECT opportunite_id FROM session_paiement WHERE cle_idempotence = $1 OR stripe_session_id = $2",
        cle,
        stripe_session_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    let Some(opportunite_id) = opportunite_id else { return Ok(()) };
    // The house's order of locks: opportunite, then session.
    sqlx::query!("SELECT id FROM opportunite WHERE id = $1 FOR UPDATE", opportunite_id)
        .fetch_optional(&mut *cx.tx)
        .await?;
    // A session that was paid stays `payee`, whatever comes afterwards.
    sqlx::query!(
        "UPDATE session_paiement SET statut = $3, url = NULL, date_modification = $4
         WHERE (cle_idempotence = $1 OR stripe_session_id = $2) AND statut <> 'payee'",
        cle,
        stripe_session_id,
        statut.as_str(),
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    refresh_opportunite(cx, opportunite_id).await?;
    Ok(())
}
