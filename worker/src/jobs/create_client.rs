//! Adds a client to the actor's own.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::CreateClient;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for CreateClient {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let id = cx.new_id();
        sqlx::query!(
            "INSERT INTO client (id, utilisateur_id, nom, type, email, langue, date_creation, date_modification)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
            id,
            cx.utilisateur()?,
            self.nom,
            self.r#type.as_str(),
            self.email,
            self.langue.as_str(),
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        Ok(reference(Entite::Client, id))
    }
}
