//! Corrects a client's card.

use common::domaine::{Entite, Langue, TypeClient};
use common::job::Reference;
use common::jobs::UpdateClient;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for UpdateClient {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let utilisateur_id = cx.utilisateur()?;
        let current = sqlx::query_scalar!(
            "SELECT version FROM client
             WHERE id = $1 AND utilisateur_id = $2 AND date_effacement IS NULL FOR UPDATE",
            self.client_id,
            utilisateur_id,
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        check_version(self.version.as_deref(), &current)?;
        sqlx::query!(
            "UPDATE client SET nom = coalesce($3, nom), type = coalesce($4, type),
                 email = CASE WHEN $5 THEN $6 ELSE email END, langue = coalesce($7, langue), date_modification = $8
             WHERE id = $1 AND utilisateur_id = $2",
            self.client_id,
            utilisateur_id,
            self.nom,
            self.r#type.map(TypeClient::as_str),
            self.email.is_some(),
            self.email.flatten(),
            self.langue.map(Langue::as_str),
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        Ok(reference(Entite::Client, self.client_id))
    }
}

/// Refuses to overwrite what its sender did not see.
pub(super) fn check_version(seen: Option<&str>, current: &str) -> Result<(), Refus> {
    if seen.is_some_and(|seen| seen != current) {
        return Err(Refus::conflict("modifie-entre-temps"));
    }
    Ok(())
}
