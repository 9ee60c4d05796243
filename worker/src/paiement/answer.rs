//! What Stripe's answer to a call does to the attempt that the call was about.

use common::domaine::StatutSession;
use common::refus::Refus;

use super::ledger::{Occasion, record_session, refresh_opportunite};
use super::remboursement::record_refund_answer;
use super::reversal::record_refunds;
use crate::cx::{Cx, JobError};
use crate::integrations::stripe::{StripeAnswer, StripeCall};

/// What an answer means for the job that asked.
#[derive(Debug)]
pub enum Recorded {
    /// The job goes on.
    Done,
    /// Stripe refuses: the reason, for the person who asked.
    Refused(Refus),
    /// Stripe failed: the job is to come back.
    TryLater,
}

/// Records an answer.
///
/// A session that we expired becomes `annulee`; one that Stripe does not know, or did not open,
/// `abandonnee`. A session that was paid in the meantime is recorded as such.
pub async fn record_answer(
    cx: &mut Cx,
    call: &StripeCall,
    answer: StripeAnswer,
) -> Result<Recorded, JobError> {
    if let StripeCall::Refund(params) | StripeCall::FindRefund(params) = call {
        let looked = matches!(call, StripeCall::FindRefund(_));
        return record_refund_answer(cx, params, looked, answer).await;
    }
    match answer {
        StripeAnswer::Refund(refund) => {
            Err(anyhow::anyhow!("Stripe told of refund {} when asked for a session", refund.id).into())
        }
        StripeAnswer::Session(session) => {
            let ours =
                matches!(call, StripeCall::Expire { .. }) && session.status.as_deref() == Some("expired");
            let occasion = Occasion { date: cx.now, debit_failed: false };
            let opportunite = record_session(cx, &session, occasion).await?;
            if ours {
                end_attempt(cx, call, StatutSession::Annulee).await?;
            }
            // The deal went away while Stripe was asked: nobody can be shown this link.
            let gone = opportunite.is_none() && !matches!(call, StripeCall::Confirm(_));
            Ok(if gone { Recorded::Refused(Refus::not_found()) } else { Recorded::Done })
        }
        StripeAnswer::Refunds(refunds) => {
            record_refunds(cx, &refunds).await?;
            Ok(Recorded::Done)
        }
        // Stripe has nothing to add to its event, or we may not ask.
        _ if matches!(call, StripeCall::Confirm(_)) => Ok(Recorded::Done),
        StripeAnswer::Unknown => {
            end_attempt(cx, call, StatutSession::Abandonnee).await?;
            Ok(Recorded::Done)
        }
        StripeAnswer::Failed => {
            // Nobody has this session's address, if there is one; should it be paid all the same, its
            // metadata finds the attempt. The next try is a new attempt under a new key.
            end_attempt(cx, call, StatutSession::Abandonnee).await?;
            Ok(Recorded::TryLater)
        }
        StripeAnswer::Refused { status, code, param } => {
            tracing::warn!(job = %cx.job, status, code, param, "Stripe refuses");
            let refused = Recorded::Refused(Refus::conflict("stripe-refuse").arg("code", code));
            let StripeCall::Create { params, .. } = call else {
                // Whoever asks may not: that says nothing about the session, which may still be paid.
                return Ok(refused);
            };
            end_attempt(cx, call, StatutSession::Abandonnee).await?;
            // Too old to be opened: not the asker's fault, the next try is a new attempt.
            let stale = param.as_deref() == Some("expires_at") && params.is_stale(cx.now);
            Ok(if stale { Recorded::Done } else { refused })
        }
    }
}

async fn end_attempt(cx: &mut Cx, call: &StripeCall, statut: StatutSession) -> Result<(), JobError> {
    let (cle, stripe_session_id) = match call {
        StripeCall::Create { cle, .. } => (Some(cle.as_str()), None),
        StripeCall::Expire { stripe_session_id } | StripeCall::Retrieve { stripe_session_id } => {
            (None, Some(stripe_session_id.as_str()))
        }
        // A refund's attempt is its own.
        StripeCall::Refund(_) | StripeCall::FindRefund(_) | StripeCall::Confirm(_) => return Ok(()),
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
