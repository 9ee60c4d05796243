//! Changes how a freelancer is named and how they read.

use common::domaine::{Entite, Langue};
use common::job::Reference;
use common::jobs::UpdateUtilisateur;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for UpdateUtilisateur {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let id = cx.utilisateur()?;
        // Postgres reckons in it too.
        let known = sqlx::query_scalar!(
            r#"SELECT $1::text IS NULL OR EXISTS (SELECT FROM pg_timezone_names WHERE name = $1) AS "known!""#,
            self.fuseau
        );
        if !known.fetch_one(&mut *cx.tx).await? {
            return Err(Refus::invalid("fuseau", "fuseau-inconnu").into());
        }
        let updated = sqlx::query!(
            "UPDATE utilisateur SET nom = coalesce($2, nom), langue = coalesce($3, langue),
                 fuseau = coalesce($4, fuseau), couleur = CASE WHEN $5 THEN $6 ELSE couleur END
             WHERE id = $1",
            id,
            self.nom,
            self.langue.map(Langue::as_str),
            self.fuseau,
            self.couleur.is_some(),
            self.couleur.flatten(),
        )
        .execute(&mut *cx.tx)
        .await?;
        if updated.rows_affected() == 0 {
            return Err(Refus::not_found().into());
        }
        Ok(reference(Entite::Utilisateur, id))
    }
}
