//! « Marquer payé »: money that came another way than Stripe, in the ledger under a kind of its own.

use chrono::{DateTime, Utc};
use common::domaine::{Entite, EtapePipeline, StatutPaiement, TypeEvenement, TypePaiement};
use common::job::Reference;
use common::jobs::RecordPayment;
use common::montant::{Devise, from_minor, ledger_minor};
use common::refus::Refus;
use rust_decimal::Decimal;

use crate::cx::{Cx, Handle, JobError, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::{Fact, add_fact, ensure_closed, next_call_to_close, refresh_opportunite};

impl Handle for RecordPayment {
    const EXTERNAL: bool = true;

    /// Closes what could still be paid at Stripe: the client must not pay twice.
    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        check(self, cx).await?;
        next_call_to_close(cx, self.opportunite_id).await
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let due = check(&self, cx).await?;
        ensure_closed(cx, self.opportunite_id).await?;
        let fact = Fact {
            opportunite_id: self.opportunite_id,
            session_paiement_id: None,
            r#type: TypePaiement::Encaisse,
            stripe_id: &format!("guichet_{}", cx.job),
            montant_minor: due.minor,
            devise: due.devise,
            // Cash is real, whatever the mode of Stripe's key.
            livemode: true,
            conforme: true,
            stripe_payment_intent: None,
            moyen: Some(self.moyen),
            date: due.date,
        };
        add_fact(cx, &fact, Some(TypeEvenement::PaiementEncaisse)).await?;
        refresh_opportunite(cx, self.opportunite_id).await?;
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}

/// What is owed for the deal, and when it is said to have come.
struct Due {
    minor: i64,
    devise: Devise,
    date: DateTime<Utc>,
}

/// Locks the actor's deal and holds what was said against it.
async fn check(job: &RecordPayment, cx: &mut Cx) -> Result<Due, JobError> {
    let utilisateur_id = cx.utilisateur()?;
    // A day is meant in the freelancer's zone; its noon is that day nearly everywhere.
    let deal = sqlx::query!(
        r#"SELECT o.montant_estime, o.devise AS "devise: Devise", o.etape_pipeline AS "etape: EtapePipeline",
                  o.statut_paiement AS "statut: StatutPaiement",
                  coalesce(($3::date + time '12:00') AT TIME ZONE u.fuseau, $4) AS "date!",
                  coalesce($3::date > ($4::timestamptz AT TIME ZONE u.fuseau)::date, false) AS "a_venir!"
           FROM opportunite o JOIN utilisateur u ON u.id = o.utilisateur_id
           WHERE o.id = $1 AND o.utilisateur_id = $2 FOR UPDATE OF o"#,
        job.opportunite_id,
        utilisateur_id,
        job.date_paiement,
        cx.now
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    if deal.etape != EtapePipeline::Gagne {
        return Err(Refus::conflict("opportunite-non-gagnee").into());
    }
    let price = deal.montant_estime.ok_or_else(|| Refus::conflict("opportunite-sans-montant"))?;
    match deal.statut {
        StatutPaiement::EnAttente | StatutPaiement::Echoue => {}
        StatutPaiement::EnCours => return Err(Refus::conflict("paiement-en-cours").into()),
        _ => return Err(Refus::conflict("deja-payee").into()),
    }
    if deal.a_venir {
        return Err(Refus::invalid("datePaiement", "date-future").into());
    }
    check_amount(job, price, deal.devise)?;
    let minor = ledger_minor(price, deal.devise)
        .ok_or_else(|| Refus::conflict("montant-decimales").arg("devise", deal.devise))?;
    // A moment that has not come yet is no moment of a payment: today's noon, in the morning.
    Ok(Due { minor, devise: deal.devise, date: deal.date.min(cx.now) })
}

/// A deal is paid or it is not: what came must be what is owed.
fn check_amount(job: &RecordPayment, price: Decimal, devise: Devise) -> Result<(), Refus> {
    if job.devise.is_some_and(|said| said != devise) {
        return Err(Refus::invalid("devise", "devise-differente").arg("devise", devise));
    }
    match (job.montant, ledger_minor(price, devise)) {
        (Some(montant), Some(minor)) if montant != price => {
            let due = from_minor(minor, devise);
            Err(Refus::invalid("montant", "montant-different").arg("du", due).arg("devise", devise))
        }
        _ => Ok(()),
    }
}
