//! Money that goes back: refunds and disputes, whenever they are told of.

use chrono::{DateTime, Utc};
use common::domaine::{TypeEvenement, TypePaiement};
use common::montant::Devise;
use uuid::Uuid;

use super::effacement::reduce_if_erased;
use super::ledger::{Fact, add_fact, refresh_opportunite};
use super::remboursement::record_refund_state;
use crate::cx::{Cx, JobError};
use crate::integrations::stripe::{StripeEvent, StripeReversal};

/// The payment that a refund or a dispute is about.
struct Received {
    id: Uuid,
    opportunite_id: Uuid,
    session_paiement_id: Option<Uuid>,
    devise: String,
    livemode: bool,
    conforme: bool,
}

/// Records a refund that succeeded, or a dispute and how it ended. `None` when we know no such payment
/// (yet): its own event, when it comes, finds this one again.
pub async fn record_reversal(
    cx: &mut Cx,
    event_type: &str,
    reversal: &StripeReversal,
    date: DateTime<Utc>,
) -> Result<Option<Uuid>, JobError> {
    if let Some(payment_intent) = &reversal.payment_intent {
        lock_intent(cx, payment_intent).await?;
    }
    let Some(received) = find_received(cx, reversal).await? else { return Ok(None) };
    let Ok(devise) = Devise::parse(&reversal.currency) else { return Ok(Some(received.opportunite_id)) };
    if event_type.starts_with("refund.") {
        record_refund_state(cx, (received.opportunite_id, received.id), devise, reversal).await?;
    }
    let mut facts = told_facts(event_type, reversal);
    let taken = taken(cx, &reversal.id).await?;
    // Earlier versions noted an inquiry as a dispute: its end gives back what it took.
    if taken.is_some() && facts.iter().any(|(r#type, _)| *r#type == TypePaiement::EnqueteClose) {
        facts.push((TypePaiement::ContesteGagne, None));
    }
    for (r#type, told) in facts {
        // What a bank gives back is what it took, whatever a dispute is about by its end.
        let taken = taken.filter(|_| r#type == TypePaiement::ContesteGagne);
        let fact = Fact {
            opportunite_id: received.opportunite_id,
            session_paiement_id: received.session_paiement_id,
            r#type,
            stripe_id: &reversal.id,
            montant_minor: taken.unwrap_or(reversal.amount.max(0)),
            conforme: received.conforme && devise.code() == received.devise,
            devise,
            livemode: received.livemode,
            stripe_payment_intent: reversal.payment_intent.as_deref(),
            moyen: None,
            date,
        };
        add_fact(cx, &fact, told).await?;
    }
    refresh_opportunite(cx, received.opportunite_id).await?;
    Ok(Some(received.opportunite_id))
}

/// What a dispute took, as the ledger says.
async fn taken(cx: &mut Cx, dispute: &str) -> Result<Option<i64>, JobError> {
    Ok(sqlx::query_scalar!(
        "SELECT montant_minor FROM paiement WHERE type = 'conteste' AND stripe_id = $1",
        dispute
    )
    .fetch_optional(&mut *cx.tx)
    .await?)
}

/// Records the refunds of a payment as Stripe lists them.
pub(super) async fn record_refunds(cx: &mut Cx, refunds: &[StripeReversal]) -> Result<(), JobError> {
    for refund in refunds {
        record_reversal(cx, "refund.updated", refund, cx.now).await?;
    }
    Ok(())
}

/// Keeps a payment and what goes back of it from being recorded at the same moment, when neither would see
/// the other. Taken before any row's lock.
pub(super) async fn lock_intent(cx: &mut Cx, payment_intent: &str) -> Result<(), JobError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", payment_intent)
        .execute(&mut *cx.tx)
        .await?;
    Ok(())
}

/// Records the refunds and disputes that Stripe told of before the payment itself.
pub(super) async fn record_early_reversals(cx: &mut Cx, payment_intent: &str) -> Result<(), JobError> {
    let early = sqlx::query!(
        "SELECT id, corps FROM evenement_stripe WHERE stripe_payment_intent = $1 AND opportunite_id IS NULL
         ORDER BY id",
        payment_intent
    )
    .fetch_all(&mut *cx.tx)
    .await?;
    for row in early {
        let Some(event) = StripeEvent::parse(&row.corps) else { continue };
        let Some(reversal) = event.object::<StripeReversal>() else { continue };
        let date = event.date().unwrap_or(cx.now);
        if let Some(opportunite_id) = record_reversal(cx, &event.r#type, &reversal, date).await? {
            assign_event(cx, row.id, opportunite_id).await?;
            reduce_if_erased(cx, row.id, None).await?;
        }
    }
    Ok(())
}

/// The deal that a `PaymentIntent` paid.
pub async fn find_deal_of_intent(cx: &mut Cx, payment_intent: &str) -> Result<Option<Uuid>, JobError> {
    Ok(sqlx::query_scalar!(
        "SELECT opportunite_id FROM paiement WHERE stripe_payment_intent = $1 AND type = 'recu' LIMIT 1",
        payment_intent
    )
    .fetch_optional(&mut *cx.tx)
    .await?)
}

/// Notes which deal an event was about.
pub async fn assign_event(cx: &mut Cx, id: Uuid, opportunite_id: Uuid) -> Result<(), JobError> {
    sqlx::query!("UPDATE evenement_stripe SET opportunite_id = $2 WHERE id = $1", id, opportunite_id)
        .execute(&mut *cx.tx)
        .await?;
    Ok(())
}

async fn find_received(cx: &mut Cx, reversal: &StripeReversal) -> Result<Option<Received>, JobError> {
    // The deal's lock first: the house's order, and nobody derives its state meanwhile.
    sqlx::query!(
        "SELECT id FROM opportunite WHERE id IN (SELECT opportunite_id FROM paiement
             WHERE stripe_payment_intent = $1 AND type = 'recu') ORDER BY id FOR UPDATE",
        reversal.payment_intent
    )
    .fetch_all(&mut *cx.tx)
    .await?;
    Ok(sqlx::query_as!(
        Received,
        "SELECT id, opportunite_id, session_paiement_id, devise, livemode, conforme FROM paiement
         WHERE stripe_payment_intent = $1 AND type = 'recu' LIMIT 1",
        reversal.payment_intent
    )
    .fetch_optional(&mut *cx.tx)
    .await?)
}

/// The facts in a refund's or a dispute's event. A dispute's end tells of its beginning too.
pub(super) fn told_facts(
    event_type: &str,
    reversal: &StripeReversal,
) -> Vec<(TypePaiement, Option<TypeEvenement>)> {
    let status = reversal.status.as_deref();
    if event_type.starts_with("refund.") {
        return match status {
            Some("succeeded") => vec![(TypePaiement::Rembourse, Some(TypeEvenement::PaiementRembourse))],
            // It may have been told as done before: a bank can send it back days later. The two lines cancel out.
            Some("failed" | "canceled") => vec![
                (TypePaiement::Rembourse, None),
                (TypePaiement::RembourseEchoue, Some(TypeEvenement::RemboursementEchoue)),
            ],
            _ => Vec::new(),
        };
    }
    // A bank that only asks has taken nothing. Should it take the money after all, the same object says so.
    if status.is_some_and(|status| status.starts_with("warning_")) {
        let mut facts = vec![(TypePaiement::Enquete, Some(TypeEvenement::PaiementEnquete))];
        if status == Some("warning_closed") {
            facts.push((TypePaiement::EnqueteClose, Some(TypeEvenement::EnqueteClose)));
        }
        return facts;
    }
    let mut facts = vec![(TypePaiement::Conteste, Some(TypeEvenement::PaiementConteste))];
    match status {
        // One that Stripe kept from becoming a dispute ends well too.
        Some("won" | "prevented") => {
            facts.push((TypePaiement::ContesteGagne, Some(TypeEvenement::LitigeGagne)));
        }
        Some("lost") => facts.push((TypePaiement::ContestePerdu, Some(TypeEvenement::LitigePerdu))),
        _ => {}
    }
    facts
}
