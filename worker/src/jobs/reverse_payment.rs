//! « Annuler cet encaissement »: a row against money that was marked by mistake.

use common::domaine::{Entite, MoyenPaiement, TypeEvenement, TypePaiement};
use common::job::Reference;
use common::jobs::ReversePayment;
use common::montant::Devise;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};
use crate::paiement::{Fact, add_fact, refresh_opportunite};

impl Handle for ReversePayment {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let utilisateur_id = cx.utilisateur()?;
        sqlx::query!(
            "SELECT id FROM opportunite WHERE id = $1 AND utilisateur_id = $2 FOR UPDATE",
            self.opportunite_id,
            utilisateur_id
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        // At most one stands: a deal that is paid is not marked again.
        let marked = sqlx::query!(
            r#"SELECT stripe_id, montant_minor, devise AS "devise: Devise", livemode, date_paiement,
                      moyen AS "moyen: MoyenPaiement"
               FROM paiement p WHERE opportunite_id = $1 AND type = 'encaisse'
                 AND NOT EXISTS (SELECT FROM paiement a
                     WHERE a.type = 'encaisse_annule' AND a.stripe_id = p.stripe_id)"#,
            self.opportunite_id
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(|| Refus::conflict("encaissement-absent"))?;
        let fact = Fact {
            opportunite_id: self.opportunite_id,
            session_paiement_id: None,
            r#type: TypePaiement::EncaisseAnnule,
            stripe_id: &marked.stripe_id,
            montant_minor: marked.montant_minor,
            devise: marked.devise,
            livemode: marked.livemode,
            conforme: true,
            stripe_payment_intent: None,
            moyen: marked.moyen,
            // The same day: the sums of every month are right again.
            date: marked.date_paiement,
        };
        add_fact(cx, &fact, Some(TypeEvenement::EncaissementAnnule)).await?;
        refresh_opportunite(cx, self.opportunite_id).await?;
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}
