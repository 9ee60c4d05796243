//! Deletes a deal for which no money ever moved.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::DeleteOpportunite;
use common::refus::Refus;
use uuid::Uuid;

use crate::cx::{Cx, Handle, JobError, on_constraint, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::{ensure_closed, next_call_to_close};

impl Handle for DeleteOpportunite {
    const EXTERNAL: bool = true;

    /// Closes what could still be paid before the deal goes: its money would have no place.
    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        lock_deletable(cx, self.opportunite_id).await?;
        next_call_to_close(cx, self.opportunite_id).await
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        lock_deletable(cx, self.opportunite_id).await?;
        ensure_closed(cx, self.opportunite_id).await?;
        sqlx::query!("DELETE FROM opportunite WHERE id = $1", self.opportunite_id)
            .execute(&mut *cx.tx)
            .await
            .map_err(|error| {
                on_constraint(error, "paiement_opportunite", || Refus::conflict("opportunite-a-paiements"))
            })?;
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}

/// Locks the actor's deal, and refuses when money ever moved for it.
async fn lock_deletable(cx: &mut Cx, opportunite_id: Uuid) -> Result<(), JobError> {
    let utilisateur_id = cx.utilisateur()?;
    let a_paiements = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM paiement WHERE opportunite_id = o.id) AS "a_paiements!"
           FROM opportunite o WHERE id = $1 AND utilisateur_id = $2 FOR UPDATE"#,
        opportunite_id,
        utilisateur_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    if a_paiements { Err(Refus::conflict("opportunite-a-paiements").into()) } else { Ok(()) }
}
