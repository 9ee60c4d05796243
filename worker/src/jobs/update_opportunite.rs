//! Changes a deal. What changes the price, or leaves `gagne`, first closes what could still be paid.

use common::domaine::{Entite, EtapePipeline, StatutPaiement, TypeEvenement};
use common::job::Reference;
use common::jobs::UpdateOpportunite;
use common::montant::{Devise, to_minor};
use common::refus::Refus;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use super::update_client::check_version;
use crate::cx::{Cx, Evenement, Handle, JobError, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::{ensure_closed, next_call_to_close};

/// The deal as it stands, locked.
struct Current {
    client_id: Uuid,
    titre: String,
    montant_estime: Option<Decimal>,
    devise: Devise,
    etape_pipeline: EtapePipeline,
    statut_paiement: StatutPaiement,
    version: String,
}

impl Handle for UpdateOpportunite {
    const EXTERNAL: bool = true;

    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        let current = lock(self, cx).await?;
        if changes_price(self, &current) || leaves_gagne(self, &current) {
            return next_call_to_close(cx, self.opportunite_id).await;
        }
        Ok(None)
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let current = lock(&self, cx).await?;
        let price_changes = changes_price(&self, &current);
        if price_changes && current.statut_paiement.is_paid_for() {
            return Err(
                Refus { champ: Some("montantEstime".into()), ..Refus::conflict("prix-deja-paye") }.into()
            );
        }
        if leaves_gagne(&self, &current) && current.statut_paiement.is_paid_for() {
            let refus = Refus::conflict("etape-figee");
            return Err(Refus { champ: Some("etapePipeline".into()), ..refus }.into());
        }
        if price_changes {
            check_price(&self, &current)?;
        }
        if price_changes || leaves_gagne(&self, &current) {
            ensure_closed(cx, self.opportunite_id).await?;
        }
        write(&self, cx).await?;
        tell(&self, cx, &current, price_changes).await?;
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}

/// Locks the deal. Before anything is closed at Stripe, and again when it was: its card must be the one that was seen.
async fn lock(job: &UpdateOpportunite, cx: &mut Cx) -> Result<Current, JobError> {
    let utilisateur_id = cx.utilisateur()?;
    let current = sqlx::query_as!(
        Current,
        r#"SELECT client_id, titre, montant_estime, devise AS "devise: Devise",
                  etape_pipeline AS "etape_pipeline: EtapePipeline",
                  statut_paiement AS "statut_paiement: StatutPaiement", version
           FROM opportunite WHERE id = $1 AND utilisateur_id = $2 AND date_effacement IS NULL FOR UPDATE"#,
        job.opportunite_id,
        utilisateur_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    let current = current.ok_or_else(Refus::not_found)?;
    check_version(job.version.as_deref(), &current.version)?;
    Ok(current)
}

fn changes_price(job: &UpdateOpportunite, current: &Current) -> bool {
    job.montant_estime.is_some_and(|montant| montant != current.montant_estime)
        || job.devise.is_some_and(|devise| devise != current.devise)
}

fn leaves_gagne(job: &UpdateOpportunite, current: &Current) -> bool {
    current.etape_pipeline == EtapePipeline::Gagne
        && job.etape_pipeline.is_some_and(|etape| etape != EtapePipeline::Gagne)
}

/// A price that changes must end as one that its currency can write, and that can be paid.
fn check_price(job: &UpdateOpportunite, current: &Current) -> Result<(), Refus> {
    if job.montant_estime.is_none() && job.devise.is_none() {
        return Ok(());
    }
    let montant = job.montant_estime.unwrap_or(current.montant_estime);
    let devise = job.devise.unwrap_or(current.devise);
    montant.map_or(Ok(()), |montant| to_minor(montant, devise).map(drop))
}

async fn write(job: &UpdateOpportunite, cx: &mut Cx) -> Result<(), JobError> {
    sqlx::query!(
        "UPDATE opportunite SET titre = coalesce($2, titre),
             montant_estime = CASE WHEN $3 THEN $4 ELSE montant_estime END,
             devise = coalesce($5, devise),
             echeance = CASE WHEN $6 THEN $7 ELSE echeance END,
             date_etape = CASE WHEN $8 <> etape_pipeline THEN $9 ELSE date_etape END,
             etape_pipeline = coalesce($8, etape_pipeline),
             date_modification = $9
         WHERE id = $1",
        job.opportunite_id,
        job.titre,
        job.montant_estime.is_some(),
        job.montant_estime.flatten(),
        job.devise.map(Devise::code),
        job.echeance.is_some(),
        job.echeance.flatten(),
        job.etape_pipeline.map(EtapePipeline::as_str),
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

async fn tell(
    job: &UpdateOpportunite,
    cx: &mut Cx,
    current: &Current,
    price_changes: bool,
) -> Result<(), JobError> {
    let titre = job.titre.as_ref().unwrap_or(&current.titre);
    let mut lines = Vec::new();
    if let Some(etape) = job.etape_pipeline.filter(|etape| *etape != current.etape_pipeline) {
        let meta = json!({ "de": current.etape_pipeline, "vers": etape, "titre": titre });
        lines.push((TypeEvenement::EtapeChangee, meta));
    }
    if price_changes {
        let montant = job.montant_estime.unwrap_or(current.montant_estime);
        let devise = job.devise.unwrap_or(current.devise);
        let meta = json!({ "montant": montant, "devise": devise, "titre": titre });
        lines.push((TypeEvenement::MontantChange, meta));
    }
    for (r#type, meta) in lines {
        cx.record_evenement(Evenement {
            client_id: current.client_id,
            r#type,
            reference_id: Some(job.opportunite_id),
            texte: titre,
            meta,
        })
        .await?;
    }
    Ok(())
}
