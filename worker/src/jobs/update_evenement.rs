//! Corrects or moves a mail or a note.

use common::domaine::{Entite, TypeEvenement};
use common::job::Reference;
use common::jobs::UpdateEvenement;
use common::refus::Refus;
use serde_json::{Value, json};
use uuid::Uuid;

use super::record_email::{check_date, fingerprint};
use super::update_client::check_version;
use crate::cx::{Cx, Handle, JobError, on_constraint, reference};

impl Handle for UpdateEvenement {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let utilisateur_id = cx.utilisateur()?;
        let Editable { client_id, type_evenement, description_texte, meta_json: mut meta, version } =
            lock_editable(cx, self.evenement_id).await?;
        let is_email = type_evenement == TypeEvenement::EmailClient.as_str();
        check_version(self.version.as_deref(), &version)?;
        check_fields(&self, is_email)?;
        check_date(self.date_evenement, cx.now)?;
        if let Some(cible) = self.client_id {
            sqlx::query_scalar!(
                "SELECT id FROM client WHERE id = $1 AND utilisateur_id = $2 AND date_effacement IS NULL FOR KEY SHARE",
                cible,
                utilisateur_id
            )
            .fetch_optional(&mut *cx.tx)
            .await?
            .ok_or_else(|| Refus { champ: Some("clientId".into()), ..Refus::not_found() })?;
        }
        let texte = if is_email { self.corps } else { self.texte }.unwrap_or(description_texte);
        if is_email {
            for (key, value) in [("expediteur", self.expediteur), ("sujet", self.sujet)] {
                if let Some(value) = value {
                    meta[key] = json!(value);
                }
            }
        }
        let empreinte = is_email.then(|| fingerprint(&meta, &texte));
        sqlx::query!(
            "UPDATE evenement_timeline SET client_id = $2, description_texte = $3, meta_json = $4, empreinte = $5,
                 date_evenement = coalesce($6, date_evenement)
             WHERE id = $1",
            self.evenement_id,
            self.client_id.unwrap_or(client_id),
            texte,
            meta,
            empreinte,
            self.date_evenement,
        )
        .execute(&mut *cx.tx)
        .await
        .map_err(|error| {
            on_constraint(error, "evenement_timeline_empreinte_unique", || Refus::conflict("email-deja-la"))
        })?;
        Ok(reference(Entite::EvenementTimeline, self.evenement_id))
    }
}

/// A note has no sender, a mail no note's text: such a field is refused rather than dropped.
fn check_fields(job: &UpdateEvenement, is_email: bool) -> Result<(), Refus> {
    let foreign: &[(&str, bool)] = if is_email {
        &[("texte", job.texte.is_some())]
    } else {
        &[
            ("expediteur", job.expediteur.is_some()),
            ("sujet", job.sujet.is_some()),
            ("corps", job.corps.is_some()),
        ]
    };
    match foreign.iter().find(|(_, given)| *given) {
        Some((champ, _)) => Err(Refus::invalid(champ, "champ-inconnu")),
        None => Ok(()),
    }
}

/// A mail or a note, as it stands.
pub(super) struct Editable {
    client_id: Uuid,
    type_evenement: String,
    description_texte: String,
    meta_json: Value,
    version: String,
}

/// Locks a mail or a note of the actor's; anything else on the timeline is history.
pub(super) async fn lock_editable(cx: &mut Cx, evenement_id: Uuid) -> Result<Editable, JobError> {
    let utilisateur_id = cx.utilisateur()?;
    let evenement = sqlx::query_as!(
        Editable,
        r#"SELECT client_id, type_evenement, description_texte, meta_json, version AS "version!"
           FROM evenement_timeline WHERE id = $1 AND utilisateur_id = $2 FOR UPDATE"#,
        evenement_id,
        utilisateur_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    let editable = [TypeEvenement::EmailClient, TypeEvenement::Note];
    if !editable.iter().any(|r#type| r#type.as_str() == evenement.type_evenement) {
        return Err(Refus::conflict("evenement-non-modifiable").into());
    }
    Ok(evenement)
}
