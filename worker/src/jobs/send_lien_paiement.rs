//! Mails a deal's payment link to its client.

use chrono::TimeDelta;
use common::domaine::{Entite, EtapePipeline, StatutPaiement, TypeCourriel, TypeEvenement};
use common::job::Reference;
use common::jobs::SendLienPaiement;
use common::refus::Refus;
use serde_json::json;

use crate::courriel::Destinataire;
use crate::cx::{Cx, Evenement, Handle, JobError, reference};

/// The least time between two such mails: a second click is the same wish.
const LEAST_INTERVAL: TimeDelta = TimeDelta::minutes(10);

impl Handle for SendLienPaiement {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let deal = sqlx::query!(
            r#"SELECT o.client_id, o.titre, o.montant_estime, o.date_lien, o.etape_pipeline AS "etape_pipeline: EtapePipeline",
                      o.statut_paiement AS "statut_paiement: StatutPaiement", c.email
               FROM opportunite o JOIN client c ON c.id = o.client_id
               WHERE o.id = $1 AND o.utilisateur_id = $2 AND o.date_effacement IS NULL FOR UPDATE OF o"#,
            self.opportunite_id,
            cx.utilisateur()?,
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        let refused = match deal.statut_paiement {
            _ if deal.etape_pipeline != EtapePipeline::Gagne => Some("opportunite-non-gagnee"),
            _ if deal.montant_estime.is_none() => Some("opportunite-sans-montant"),
            StatutPaiement::EnCours => Some("paiement-en-cours"),
            StatutPaiement::EnAttente | StatutPaiement::Echoue if deal.date_lien.is_none() => {
                Some("lien-absent")
            }
            StatutPaiement::EnAttente | StatutPaiement::Echoue if deal.email.is_none() => {
                Some("client-sans-email")
            }
            StatutPaiement::EnAttente | StatutPaiement::Echoue if cx.shared.smtp.is_none() => {
                Some("courriels-non-configures")
            }
            StatutPaiement::EnAttente | StatutPaiement::Echoue => None,
            _ => Some("deja-payee"),
        };
        if let Some(code) = refused {
            return Err(Refus::conflict(code).into());
        }
        let last = sqlx::query_scalar!(
            "SELECT date_creation FROM courriel WHERE reference_id = $1 ORDER BY id DESC LIMIT 1",
            self.opportunite_id
        )
        .fetch_optional(&mut *cx.tx)
        .await?;
        if last.is_some_and(|last| cx.now - last < LEAST_INTERVAL) {
            return Err(Refus::conflict("lien-deja-envoye")
                .arg("minutes", LEAST_INTERVAL.num_minutes())
                .into());
        }
        let r#type = if last.is_some() { TypeCourriel::Rappel } else { TypeCourriel::LienPaiement };
        cx.write_courriel(r#type, Destinataire::Client(deal.client_id), self.opportunite_id).await?;
        cx.record_evenement(Evenement {
            client_id: deal.client_id,
            r#type: TypeEvenement::LienPaiementEnvoye,
            reference_id: Some(self.opportunite_id),
            texte: &deal.titre,
            meta: json!({ "titre": deal.titre }),
        })
        .await?;
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}
