//! Adds an API token to the actor's own.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::CreateJetonApi;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

/// How many tokens a freelancer may have: each is a door to look after.
const JETONS_MAX: i64 = 20;

impl Handle for CreateJetonApi {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let (id, utilisateur_id) = (cx.new_id(), cx.utilisateur()?);
        // Two at once must not both be the twentieth, and a password that is replaced now takes all tokens with it.
        sqlx::query!(
            "SELECT id FROM utilisateur
             WHERE id = $1 AND encode(sha256(convert_to(mot_de_passe_hash, 'UTF8')), 'hex') = $2 FOR NO KEY UPDATE",
            utilisateur_id,
            self.mot_de_passe
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(|| Refus::conflict("mot-de-passe-remplace"))?;
        let standing = sqlx::query_scalar!(
            r#"SELECT count(*) as "count!" FROM jeton_api WHERE utilisateur_id = $1"#,
            utilisateur_id
        )
        .fetch_one(&mut *cx.tx)
        .await?;
        if standing >= JETONS_MAX {
            return Err(Refus::conflict("jetons-trop-nombreux").arg("max", JETONS_MAX).into());
        }
        sqlx::query!(
            "INSERT INTO jeton_api (id, utilisateur_id, nom, jeton_hash, date_creation)
             VALUES ($1, $2, $3, decode($4, 'hex'), $5)",
            id,
            utilisateur_id,
            self.nom,
            self.jeton_hash,
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        Ok(reference(Entite::JetonApi, id))
    }
}
