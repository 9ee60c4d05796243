//! Opens a Checkout Session for a won deal, or finds the one that is open.

use common::domaine::{Entite, TypeEvenement};
use common::job::{Actor, Reference};
use common::jobs::CreateCheckoutSession;
use common::refus::Refus;
use serde_json::json;
use uuid::Uuid;

use crate::cx::{Cx, Evenement, Handle, JobError, Scope, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::prepare_attempt;

impl Handle for CreateCheckoutSession {
    const EXTERNAL: bool = true;

    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        check_actor(cx, self.opportunite_id).await?;
        check_link(cx, self.opportunite_id).await?;
        prepare_attempt(cx, self.opportunite_id).await
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        check_actor(cx, self.opportunite_id).await?;
        check_link(cx, self.opportunite_id).await?;
        if prepare_attempt(cx, self.opportunite_id).await?.is_some() {
            return Err(JobError::Retry(anyhow::anyhow!("the session was closed meanwhile")));
        }
        if matches!(cx.actor, Actor::Client(_)) {
            sqlx::query!(
                "UPDATE opportunite SET date_ouverture = $2 WHERE id = $1",
                self.opportunite_id,
                cx.now
            )
            .execute(&mut *cx.tx)
            .await?;
        }
        // That the freelancer asks for a link where there is none, or none any more, is a fact of the deal; a
        // client who opens Checkout is not.
        if matches!(cx.actor, Actor::Utilisateur(_)) {
            let deal = sqlx::query!(
                "UPDATE opportunite SET date_lien = $2, date_lien_annule = NULL WHERE id = $1 AND date_lien IS NULL
                 RETURNING client_id, titre, montant_estime, devise",
                self.opportunite_id,
                cx.now
            )
            .fetch_optional(&mut *cx.tx)
            .await?;
            if let Some(deal) = deal {
                cx.record_evenement(Evenement {
                    client_id: deal.client_id,
                    r#type: TypeEvenement::LienPaiementGenere,
                    reference_id: Some(self.opportunite_id),
                    texte: &deal.titre,
                    meta: json!({ "montant": deal.montant_estime, "devise": deal.devise, "titre": deal.titre }),
                })
                .await?;
            }
        }
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}

/// Refuses a client whose link was cancelled; the freelancer makes it anew by asking.
async fn check_link(cx: &mut Cx, opportunite_id: Uuid) -> Result<(), JobError> {
    let cancelled = sqlx::query_scalar!(
        r#"SELECT date_lien_annule IS NOT NULL AS "cancelled!" FROM opportunite WHERE id = $1"#,
        opportunite_id
    )
    .fetch_one(&mut *cx.tx)
    .await?;
    let client = matches!(cx.actor, Actor::Client(_));
    if client && cancelled { Err(Refus::conflict("lien-annule").into()) } else { Ok(()) }
}

/// Refuses a deal that is neither the freelancer's own nor the client's.
pub(super) async fn check_actor(cx: &mut Cx, opportunite_id: Uuid) -> Result<(), JobError> {
    let Scope { utilisateur_id, client_id } = cx.scope();
    sqlx::query_scalar!(
        "SELECT id FROM opportunite WHERE id = $1 AND (utilisateur_id = $2 OR client_id = $3) FOR UPDATE",
        opportunite_id,
        utilisateur_id,
        client_id,
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    Ok(())
}
