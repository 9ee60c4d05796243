//! Sets a forgotten password anew, through the one-time link.

use common::domaine::Entite;
use common::job::{Actor, Reference};
use common::jobs::ResetMotDePasse;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for ResetMotDePasse {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        if cx.actor != Actor::Systeme {
            return Err(Refus::not_found().into());
        }
        // The link works once: whoever comes second finds no hash to match.
        let id = sqlx::query_scalar!(
            "UPDATE utilisateur SET mot_de_passe_hash = $2, oubli_hash = NULL, oubli_scelle = NULL
             WHERE encode(oubli_hash, 'hex') = $1 AND oubli_expiration > $3 RETURNING id",
            self.jeton_hash,
            self.mot_de_passe_hash,
            cx.now,
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        // Whoever had the password may have made tokens with it.
        sqlx::query!("DELETE FROM jeton_api WHERE utilisateur_id = $1", id).execute(&mut *cx.tx).await?;
        Ok(reference(Entite::Utilisateur, id))
    }
}
