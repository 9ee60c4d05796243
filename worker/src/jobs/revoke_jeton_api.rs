//! Deletes an API token: it opens nothing any more.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::RevokeJetonApi;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for RevokeJetonApi {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let deleted = sqlx::query!(
            "DELETE FROM jeton_api WHERE id = $1 AND utilisateur_id = $2",
            self.jeton_id,
            cx.utilisateur()?
        )
        .execute(&mut *cx.tx)
        .await?;
        if deleted.rows_affected() == 0 {
            return Err(Refus::not_found().into());
        }
        Ok(reference(Entite::JetonApi, self.jeton_id))
    }
}
