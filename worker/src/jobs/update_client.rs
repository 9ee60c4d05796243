//! Corrects a client's card.

use common::domaine::{Entite, Langue, TypeClient};
use common::job::Reference;
use common::jobs::UpdateClient;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for UpdateClient {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let updated = sqlx::query!(
            "UPDATE client SET nom = coalesce($3, nom), type = coalesce($4, type),
                 email = CASE WHEN $5 THEN $6 ELSE email END, langue = coalesce($7, langue), date_modification = $8
             WHERE id = $1 AND utilisateur_id = $2",
            self.client_id,
            cx.utilisateur()?,
            self.nom,
            self.r#type.map(TypeClient::as_str),
            self.email.is_some(),
            self.email.flatten(),
            self.langue.map(Langue::as_str),
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        if updated.rows_affected() == 0 {
            return Err(Refus::not_found().into());
        }
        Ok(reference(Entite::Client, self.client_id))
    }
}
