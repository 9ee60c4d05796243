//! Withdraws a payment link: its open session first, at Stripe.

use common::domaine::{Entite, TypeEvenement};
use common::jeton::{Jeton, PAYER_BYTES};
use common::job::Reference;
use common::jobs::CancelPaymentLink;
use common::refus::Refus;
use serde_json::json;
use uuid::Uuid;

use crate::cx::{Cx, Evenement, Handle, JobError, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::{ensure_closed, next_call_to_close};

impl Handle for CancelPaymentLink {
    const EXTERNAL: bool = true;

    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        lock_with_link(cx, self.opportunite_id).await?;
        next_call_to_close(cx, self.opportunite_id).await
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        lock_with_link(cx, self.opportunite_id).await?;
        ensure_closed(cx, self.opportunite_id).await?;
        // It may be in the wrong hands: the next one is another.
        let jeton = Jeton::generate::<PAYER_BYTES>(&mut cx.rng);
        let scelle = cx.shared.sealer.clone().seal(&jeton, self.opportunite_id, &mut cx.rng);
        let deal = sqlx::query!(
            "UPDATE opportunite SET date_lien = NULL, date_lien_annule = $2, token_paiement_hash = $3,
                 token_paiement_scelle = $4, date_modification = $2
             WHERE id = $1 RETURNING client_id, titre",
            self.opportunite_id,
            cx.now,
            jeton.hash(),
            scelle,
        )
        .fetch_one(&mut *cx.tx)
        .await?;
        cx.record_evenement(Evenement {
            client_id: deal.client_id,
            r#type: TypeEvenement::LienPaiementAnnule,
            reference_id: Some(self.opportunite_id),
            texte: &deal.titre,
            meta: json!({ "titre": deal.titre }),
        })
        .await?;
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}

/// Locks the actor's deal, and refuses unless it has a link that can be cancelled: money that came, or is on
/// its way, leaves nothing to withdraw.
async fn lock_with_link(cx: &mut Cx, opportunite_id: Uuid) -> Result<(), JobError> {
    let utilisateur_id = cx.utilisateur()?;
    let deal = sqlx::query!(
        r#"SELECT date_lien IS NOT NULL AS "a_lien!", statut_paiement IN ('en_attente', 'echoue') AS "du!"
           FROM opportunite WHERE id = $1 AND utilisateur_id = $2 FOR UPDATE"#,
        opportunite_id,
        utilisateur_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    match (deal.du, deal.a_lien) {
        (true, true) => Ok(()),
        (true, false) => Err(Refus::conflict("lien-absent").into()),
        (false, _) => Err(Refus::conflict("lien-deja-paye").into()),
    }
}
