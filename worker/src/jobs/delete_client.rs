//! Deletes a client with its deals, tickets and timeline; never its money.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::DeleteClient;
use common::refus::Refus;
use uuid::Uuid;

use crate::cx::{Cx, Handle, JobError, on_constraint, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::next_call_to_close;

impl Handle for DeleteClient {
    const EXTERNAL: bool = true;

    /// Closes what could still be paid before the deals go: money for a deleted deal would have no place.
    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        lock_deletable(cx, self.client_id).await?;
        let payable = sqlx::query_scalar!(
            "SELECT o.id FROM opportunite o
             WHERE o.client_id = $1 AND EXISTS (SELECT FROM session_paiement s
                 WHERE s.opportunite_id = o.id AND s.statut IN ('preparee', 'ouverte'))
             ORDER BY o.id LIMIT 1 FOR UPDATE",
            self.client_id
        )
        .fetch_optional(&mut *cx.tx)
        .await?;
        match payable {
            Some(opportunite_id) => next_call_to_close(cx, opportunite_id).await,
            None => Ok(None),
        }
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        lock_deletable(cx, self.client_id).await?;
        sqlx::query!("DELETE FROM client WHERE id = $1", self.client_id).execute(&mut *cx.tx).await.map_err(
            |error| on_constraint(error, "paiement_opportunite", || Refus::conflict("client-a-paiements")),
        )?;
        Ok(reference(Entite::Client, self.client_id))
    }
}

/// Locks the actor's client, and refuses when money ever moved for it.
async fn lock_deletable(cx: &mut Cx, client_id: Uuid) -> Result<(), JobError> {
    let utilisateur_id = cx.utilisateur()?;
    let a_paiements = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id
                          WHERE o.client_id = c.id) AS "a_paiements!"
           FROM client c WHERE c.id = $1 AND c.utilisateur_id = $2 FOR UPDATE"#,
        client_id,
        utilisateur_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    if a_paiements { Err(Refus::conflict("client-a-paiements").into()) } else { Ok(()) }
}
