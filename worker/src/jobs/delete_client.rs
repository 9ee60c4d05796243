//! Deletes a client with its deals, tickets and timeline; never its money.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::DeleteClient;
use common::refus::Refus;
use uuid::Uuid;

use super::erase_client::{erase_parked_jobs, erase_stripe_events};
use crate::cx::{Cx, Handle, JobError, on_constraint, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::{ensure_closed, next_call_to_close};

impl Handle for DeleteClient {
    const EXTERNAL: bool = true;

    /// Closes what could still be paid before the deals go: money for a deleted deal would have no place.
    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        for opportunite_id in lock_deletable(cx, self.client_id).await? {
            if let Some(call) = next_call_to_close(cx, opportunite_id).await? {
                return Ok(Some(call));
            }
        }
        Ok(None)
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        for opportunite_id in lock_deletable(cx, self.client_id).await? {
            ensure_closed(cx, opportunite_id).await?;
        }
        erase_parked_jobs(cx, self.client_id).await?;
        erase_stripe_events(cx, self.client_id).await?;
        sqlx::query!(
            "INSERT INTO client_supprime (id, date_suppression) VALUES ($1, $2)",
            self.client_id,
            cx.now
        )
        .execute(&mut *cx.tx)
        .await?;
        sqlx::query!("DELETE FROM client WHERE id = $1", self.client_id)
            .execute(&mut *cx.tx)
            .await
            .map_err(|error| on_constraint(error, "paiement_opportunite", || has_payments(self.client_id)))?;
        Ok(reference(Entite::Client, self.client_id))
    }
}

/// Refuses, and names what can be done instead.
fn has_payments(client_id: Uuid) -> Refus {
    Refus::conflict("client-a-paiements").arg("effacement", format!("/clients/{client_id}/effacer"))
}

/// Locks the actor's client behind its deals, in the house's order, and gives the deals. Refuses when money
/// ever moved for one of them.
async fn lock_deletable(cx: &mut Cx, client_id: Uuid) -> Result<Vec<Uuid>, JobError> {
    let utilisateur_id = cx.utilisateur()?;
    let deals = sqlx::query!(
        r#"SELECT id, EXISTS (SELECT FROM paiement WHERE opportunite_id = o.id) AS "a_paiements!"
           FROM opportunite o WHERE client_id = $1 AND utilisateur_id = $2 ORDER BY id FOR UPDATE"#,
        client_id,
        utilisateur_id
    )
    .fetch_all(&mut *cx.tx)
    .await?;
    sqlx::query_scalar!(
        "SELECT id FROM client WHERE id = $1 AND utilisateur_id = $2 AND date_effacement IS NULL FOR UPDATE",
        client_id,
        utilisateur_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    if deals.iter().any(|deal| deal.a_paiements) {
        return Err(has_payments(client_id).into());
    }
    Ok(deals.into_iter().map(|deal| deal.id).collect())
}
