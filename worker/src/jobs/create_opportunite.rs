//! Adds a deal to one of the actor's clients.

use common::domaine::Entite;
use common::jeton::{Jeton, PAYER_BYTES};
use common::job::Reference;
use common::jobs::CreateOpportunite;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for CreateOpportunite {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let id = cx.new_id();
        // Every deal has its durable payment link from the start: it shows nothing to pay until it is won.
        let jeton = Jeton::generate::<PAYER_BYTES>(&mut cx.rng);
        let scelle = cx.shared.sealer.clone().seal(&jeton, id, &mut cx.rng);
        let inserted = sqlx::query!(
            "INSERT INTO opportunite (id, utilisateur_id, client_id, titre, montant_estime, devise, echeance,
                 etape_pipeline, date_etape, token_paiement_hash, token_paiement_scelle, date_creation,
                 date_modification)
             SELECT $1, utilisateur_id, id, $4, $5, $6, $7, $8, $9, $10, $11, $9, $9 FROM client
             WHERE id = $2 AND utilisateur_id = $3 AND date_effacement IS NULL FOR KEY SHARE",
            id,
            self.client_id,
            cx.utilisateur()?,
            self.titre,
            self.montant_estime,
            self.devise.code(),
            self.echeance,
            self.etape_pipeline.as_str(),
            cx.now,
            jeton.hash(),
            scelle,
        )
        .execute(&mut *cx.tx)
        .await?;
        if inserted.rows_affected() == 0 {
            return Err(Refus { champ: Some("clientId".into()), ..Refus::not_found() }.into());
        }
        Ok(reference(Entite::Opportunite, id))
    }
}
