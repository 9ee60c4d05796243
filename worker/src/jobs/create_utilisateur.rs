//! Makes the first freelancer, through the one-time set-up link.

use common::domaine::{Entite, Langue};
use common::job::Reference;
use common::jobs::CreateUtilisateur;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, on_constraint, reference};

impl Handle for CreateUtilisateur {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        // The link works once: whoever comes second finds no hash to match.
        let opened = sqlx::query_scalar!(
            "UPDATE instance SET installation_hash = NULL
             WHERE encode(installation_hash, 'hex') = $1 AND NOT EXISTS (SELECT FROM utilisateur) RETURNING id",
            self.jeton_hash
        )
        .fetch_optional(&mut *cx.tx)
        .await?;
        if opened.is_none() {
            return Err(Refus::not_found().into());
        }
        let id = cx.new_id();
        sqlx::query!(
            "INSERT INTO utilisateur (id, email, nom, mot_de_passe_hash, langue, administrateur, date_creation)
             VALUES ($1, $2, $3, $4, $5, true, $6)",
            id,
            self.email,
            self.nom,
            self.mot_de_passe_hash,
            Langue::Fr.as_str(),
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await
        .map_err(|error| {
            on_constraint(error, "utilisateur_email_unique", || Refus::invalid("email", "email-pris"))
        })?;
        Ok(reference(Entite::Utilisateur, id))
    }
}
