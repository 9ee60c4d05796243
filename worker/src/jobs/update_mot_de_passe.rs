//! Replaces a freelancer's password.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::UpdateMotDePasse;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for UpdateMotDePasse {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let id = cx.utilisateur()?;
        // A link that was asked for before is no longer needed, and must not undo this.
        let updated = sqlx::query!(
            "UPDATE utilisateur SET mot_de_passe_hash = $3, oubli_hash = NULL, oubli_scelle = NULL
             WHERE id = $1 AND encode(sha256(convert_to(mot_de_passe_hash, 'UTF8')), 'hex') = $2",
            id,
            self.ancien,
            self.mot_de_passe_hash,
        )
        .execute(&mut *cx.tx)
        .await?;
        if updated.rows_affected() == 0 {
            return Err(Refus::invalid("motDePasseActuel", "mot-de-passe-actuel").into());
        }
        Ok(reference(Entite::Utilisateur, id))
    }
}
