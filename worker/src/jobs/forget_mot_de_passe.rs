//! Draws the link that sets a forgotten password anew.

use chrono::TimeDelta;
use common::domaine::{Entite, TypeCourriel};
use common::jeton::{Jeton, OUBLI_BYTES};
use common::job::{Actor, Reference};
use common::jobs::ForgetMotDePasse;
use common::refus::Refus;

use crate::courriel::Destinataire;
use crate::cx::{Cx, Handle, JobError, reference};

/// How long the link lives.
const LIFE: TimeDelta = TimeDelta::hours(1);

impl Handle for ForgetMotDePasse {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        // Anybody may ask, and nobody can read what became of it.
        if cx.actor != Actor::Systeme {
            return Err(Refus::not_found().into());
        }
        let id = sqlx::query_scalar!("SELECT id FROM utilisateur WHERE lower(email) = lower($1)", self.email)
            .fetch_optional(&mut *cx.tx)
            .await?
            .ok_or_else(Refus::not_found)?;
        let jeton = Jeton::generate::<OUBLI_BYTES>(&mut cx.rng);
        let scelle = cx.shared.sealer.seal(&jeton, id, &mut cx.rng);
        sqlx::query!(
            "UPDATE utilisateur SET oubli_hash = $2, oubli_scelle = $3, oubli_expiration = $4 WHERE id = $1",
            id,
            jeton.hash(),
            scelle,
            cx.now + LIFE,
        )
        .execute(&mut *cx.tx)
        .await?;
        cx.write_courriel(TypeCourriel::MotDePasse, Destinataire::Utilisateur(id), id).await?;
        Ok(reference(Entite::Utilisateur, id))
    }
}
