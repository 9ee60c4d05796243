//! Refunds that are asked for here: an attempt first, the call second, what came of it third. Those made at
//! Stripe stand beside them, so that one that is under way or did not come through is seen.

use chrono::TimeDelta;
use common::domaine::StatutRemboursement;
use common::jobs::RefundPayment;
use common::montant::{Devise, from_minor, ledger_minor};
use common::refus::Refus;
use uuid::Uuid;

use super::answer::Recorded;
use super::reversal::record_reversal;
use crate::cx::{Cx, JobError};
use crate::integrations::stripe::{RefundParams, StripeAnswer, StripeCall, StripeReversal};

/// How long Stripe surely keeps an idempotency key: afterwards a refund is looked for, never asked for again.
const KEY_LIFE: TimeDelta = TimeDelta::hours(23);
/// How long an attempt is left to its job, which comes back to it much sooner and asks for much shorter.
const PAUSE: TimeDelta = TimeDelta::minutes(15);

/// A received payment with money left to give back.
#[derive(Debug)]
struct Refundable {
    paiement_id: Uuid,
    payment_intent: String,
    left_minor: i64,
    devise: Devise,
}

/// What to ask of Stripe so that the job's refund is made; `None` when what came of it is known. The job's id
/// is the attempt's: however often it runs, it is one refund.
pub async fn next_refund_call(cx: &mut Cx, job: &RefundPayment) -> Result<Option<StripeCall>, JobError> {
    let utilisateur_id = cx.utilisateur()?;
    let statut = sqlx::query_scalar!(
        "SELECT statut_paiement FROM opportunite WHERE id = $1 AND utilisateur_id = $2 FOR UPDATE",
        job.opportunite_id,
        utilisateur_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    cx.stripe()?;
    let known = sqlx::query_scalar!("SELECT id FROM remboursement WHERE id = $1", cx.job.0);
    if known.fetch_optional(&mut *cx.tx).await?.is_none() {
        if statut == "conteste" {
            return Err(Refus::conflict("paiement-conteste").into());
        }
        insert_attempt(cx, job).await?;
    } else {
        // The timer leaves it alone meanwhile; and it is no first call any more.
        sqlx::query!("UPDATE remboursement SET date_modification = $2 WHERE id = $1", cx.job.0, cx.now)
            .execute(&mut *cx.tx)
            .await?;
    }
    let attempt = sqlx::query!(
        r#"SELECT statut AS "statut: StatutRemboursement", incertain, cle_idempotence AS "cle!",
                  stripe_payment_intent, montant_minor, date_creation
           FROM remboursement WHERE id = $1 FOR UPDATE"#,
        cx.job.0
    )
    .fetch_one(&mut *cx.tx)
    .await?;
    if attempt.statut != StatutRemboursement::Prepare {
        return Ok(None);
    }
    let params = RefundParams {
        remboursement_id: cx.job.0,
        cle: attempt.cle,
        payment_intent: attempt.stripe_payment_intent,
        montant_minor: attempt.montant_minor,
    };
    let too_old = cx.now - attempt.date_creation > KEY_LIFE;
    Ok(Some(if attempt.incertain || too_old {
        StripeCall::FindRefund(params)
    } else {
        StripeCall::Refund(params)
    }))
}

/// What to ask about a refund whose job is dead, parked or lost: whether it was made. `None` when there is none, or
/// each was asked for lately. Of one deal, or of all.
///
/// From here on the attempt is only looked for, whoever runs its job again: what is not found is not made, and its
/// money is free for another.
pub async fn next_refund_check(
    cx: &mut Cx,
    opportunite_id: Option<Uuid>,
    livemode: bool,
) -> Result<Option<StripeCall>, JobError> {
    let attempt = sqlx::query!(
        r#"UPDATE remboursement SET incertain = true, date_modification = $1
           WHERE id = (SELECT r.id FROM remboursement r JOIN paiement p ON p.id = r.paiement_id
               WHERE r.statut = 'prepare' AND r.date_modification < $2 AND p.livemode = $3
                 AND ($4::uuid IS NULL OR r.opportunite_id = $4)
               ORDER BY r.date_modification LIMIT 1 FOR UPDATE OF r SKIP LOCKED)
           RETURNING id, cle_idempotence AS "cle!", stripe_payment_intent, montant_minor"#,
        cx.now,
        cx.now - PAUSE,
        livemode,
        opportunite_id,
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    Ok(attempt.map(|attempt| {
        StripeCall::FindRefund(RefundParams {
            remboursement_id: attempt.id,
            cle: attempt.cle,
            payment_intent: attempt.stripe_payment_intent,
            montant_minor: attempt.montant_minor,
        })
    }))
}

/// How the job's attempt ended: a refund that did not come through is a refusal.
pub async fn check_refunded(cx: &mut Cx) -> Result<(), JobError> {
    let attempt = sqlx::query!(
        r#"SELECT statut AS "statut: StatutRemboursement", motif FROM remboursement WHERE id = $1"#,
        cx.job.0
    )
    .fetch_one(&mut *cx.tx)
    .await?;
    match attempt.statut {
        StatutRemboursement::EnCours | StatutRemboursement::Fait => Ok(()),
        StatutRemboursement::Echoue => {
            Err(Refus::conflict("remboursement-echoue").arg("code", attempt.motif.unwrap_or_default()).into())
        }
        StatutRemboursement::Prepare => Err(JobError::Retry(anyhow::anyhow!("the refund was not asked for"))),
    }
}

/// Freezes the attempt: of which payment, how much.
async fn insert_attempt(cx: &mut Cx, job: &RefundPayment) -> Result<(), JobError> {
    let payment = choose(refundable(cx, job.opportunite_id).await?, job.paiement_id)?;
    let devise = payment.devise;
    if job.devise.is_some_and(|said| said != devise) {
        return Err(Refus::invalid("devise", "devise-differente").arg("devise", devise).into());
    }
    let montant_minor = match job.montant {
        None => payment.left_minor,
        Some(montant) => ledger_minor(montant, devise)
            .ok_or_else(|| Refus::invalid("montant", "montant-decimales").arg("devise", devise))?,
    };
    if montant_minor <= 0 {
        return Err(Refus::invalid("montant", "montant-negatif").into());
    }
    if montant_minor > payment.left_minor {
        let left = from_minor(payment.left_minor, devise);
        let refus = Refus::invalid("montant", "remboursement-trop-grand");
        return Err(refus.arg("limite", left).arg("devise", devise).into());
    }
    sqlx::query!(
        "INSERT INTO remboursement (id, opportunite_id, paiement_id, statut, cle_idempotence, stripe_payment_intent,
             montant_minor, devise, date_creation, date_modification)
         VALUES ($1, $2, $3, 'prepare', $4, $5, $6, $7, $8, $8)",
        cx.job.0,
        job.opportunite_id,
        payment.paiement_id,
        format!("guichet-remboursement-{}", cx.job),
        payment.payment_intent,
        montant_minor,
        devise.code(),
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

/// The payment that is meant: the one that was named, or the only one there is.
fn choose(mut payments: Vec<Refundable>, named: Option<Uuid>) -> Result<Refundable, Refus> {
    if let Some(id) = named {
        let refus = || Refus { champ: Some("paiementId".into()), ..Refus::not_found() };
        return payments.into_iter().find(|payment| payment.paiement_id == id).ok_or_else(refus);
    }
    match payments.pop() {
        None => Err(Refus::conflict("rien-a-rembourser")),
        Some(payment) if payments.is_empty() => Ok(payment),
        Some(_) => Err(Refus::invalid("paiementId", "champ-requis")),
    }
}

/// The deal's payments of which something is left, refunds under way taken off.
async fn refundable(cx: &mut Cx, opportunite_id: Uuid) -> Result<Vec<Refundable>, JobError> {
    Ok(sqlx::query_as!(
        Refundable,
        r#"SELECT paiement_id AS "paiement_id!", stripe_payment_intent AS "payment_intent!",
                  devise AS "devise!: Devise", reste_minor AS "left_minor!"
           FROM paiement_reste WHERE opportunite_id = $1 AND reste_minor > 0 ORDER BY paiement_id"#,
        opportunite_id
    )
    .fetch_all(&mut *cx.tx)
    .await?)
}

/// Records what Stripe answered to a refund that was asked for or, when `looked`, looked for.
pub(super) async fn record_refund_answer(
    cx: &mut Cx,
    params: &RefundParams,
    looked: bool,
    answer: StripeAnswer,
) -> Result<Recorded, JobError> {
    match answer {
        StripeAnswer::Refund(refund) => {
            let date = refund.date().unwrap_or(cx.now);
            record_reversal(cx, "refund.created", &refund, date).await?;
            Ok(Recorded::Done)
        }
        StripeAnswer::Failed => {
            doubt_attempt(cx, params).await?;
            Ok(Recorded::Done)
        }
        StripeAnswer::Refused { status, code, .. } => {
            // Of a used key Stripe repeats its first answer, whatever that was. Whoever may not ask learns nothing
            // of what an earlier call did: unless there was none, the refund is to be looked for.
            let made_none = matches!(status, 400 | 402 | 404) && code != "idempotency_error";
            if !looked && (made_none || is_first_call(cx, params).await?) {
                end_attempt(cx, params, &code).await?;
            } else {
                doubt_attempt(cx, params).await?;
            }
            let refus = if made_none { "remboursement-echoue" } else { "stripe-refuse" };
            Ok(Recorded::Refused(Refus::conflict(refus).arg("code", code)))
        }
        StripeAnswer::Unknown | StripeAnswer::Session(_) | StripeAnswer::Refunds(_) => {
            end_attempt(cx, params, "api_error").await?;
            Ok(Recorded::Refused(Refus::conflict("remboursement-echoue").arg("code", "api_error")))
        }
    }
}

/// Whether Stripe was asked for this refund for the first time: each later call leaves its moment.
async fn is_first_call(cx: &mut Cx, params: &RefundParams) -> Result<bool, JobError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT date_modification = date_creation AS "first!" FROM remboursement WHERE id = $1"#,
        params.remboursement_id
    )
    .fetch_one(&mut *cx.tx)
    .await?)
}

/// Notes that nobody knows whether the refund was made: its money stays reserved until it was looked for.
async fn doubt_attempt(cx: &mut Cx, params: &RefundParams) -> Result<(), JobError> {
    sqlx::query!(
        "UPDATE remboursement SET incertain = true, date_modification = $2 WHERE id = $1",
        params.remboursement_id,
        cx.now
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

async fn end_attempt(cx: &mut Cx, params: &RefundParams, motif: &str) -> Result<(), JobError> {
    sqlx::query!(
        "UPDATE remboursement SET statut = 'echoue', motif = $2, date_modification = $3
         WHERE id = $1 AND statut = 'prepare'",
        params.remboursement_id,
        motif,
        cx.now
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

/// Notes how a refund of this payment stands: its attempt's, or that of one that was made at Stripe.
pub(super) async fn record_refund_state(
    cx: &mut Cx,
    (opportunite_id, paiement_id): (Uuid, Uuid),
    devise: Devise,
    refund: &StripeReversal,
) -> Result<(), JobError> {
    let Some(payment_intent) = &refund.payment_intent else { return Ok(()) };
    let statut = match refund.status.as_deref() {
        Some("succeeded") => StatutRemboursement::Fait,
        Some("failed" | "canceled") => StatutRemboursement::Echoue,
        _ => StatutRemboursement::EnCours,
    };
    // Of an attempt that nobody has heard of yet, any news is newer; afterwards it only moves on: what Stripe
    // calls pending may come late, what succeeded may still fail, what failed stays failed.
    let known = sqlx::query_scalar!(
        "UPDATE remboursement SET stripe_refund_id = $1,
             statut = CASE WHEN stripe_refund_id IS NULL
                             OR array_position(ARRAY['en_cours', 'fait', 'echoue'], statut)
                              < array_position(ARRAY['en_cours', 'fait', 'echoue'], $3::text)
                           THEN $3 ELSE statut END,
             motif = coalesce($4, CASE WHEN stripe_refund_id IS NULL THEN NULL ELSE motif END),
             date_modification = $5
         WHERE stripe_refund_id = $1 OR (stripe_refund_id IS NULL AND id = $2 AND paiement_id = $6)
         RETURNING id",
        refund.id,
        refund.attempt(),
        statut.as_str(),
        refund.failure_reason,
        cx.now,
        paiement_id,
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    if known.is_some() {
        return Ok(());
    }
    let id = cx.new_id();
    sqlx::query!(
        "INSERT INTO remboursement (id, opportunite_id, paiement_id, statut, stripe_payment_intent, stripe_refund_id,
             montant_minor, devise, motif, date_creation, date_modification)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        id,
        opportunite_id,
        paiement_id,
        statut.as_str(),
        payment_intent,
        refund.id,
        refund.amount.max(0),
        devise.code(),
        refund.failure_reason,
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}
