//! Puts the freelancer's note on the client's timeline.

use common::domaine::{Entite, TypeEvenement};
use common::job::Reference;
use common::jobs::RecordNote;
use common::refus::Refus;
use serde_json::json;

use crate::cx::{Cx, Evenement, Handle, JobError, reference};

impl Handle for RecordNote {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        sqlx::query_scalar!(
            "SELECT id FROM client WHERE id = $1 AND utilisateur_id = $2 AND date_effacement IS NULL FOR KEY SHARE",
            self.client_id,
            cx.utilisateur()?
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        let id = cx
            .record_evenement(Evenement {
                client_id: self.client_id,
                r#type: TypeEvenement::Note,
                reference_id: None,
                texte: &self.texte,
                meta: json!({}),
            })
            .await?;
        Ok(reference(Entite::EvenementTimeline, id))
    }
}
