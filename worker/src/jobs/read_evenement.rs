//! Marks news read.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::ReadEvenement;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for ReadEvenement {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let reference_id = sqlx::query_scalar!(
            "SELECT reference_id FROM evenement_timeline WHERE id = $1 AND utilisateur_id = $2",
            self.evenement_id,
            cx.utilisateur()?,
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        if let Some(reference_id) = reference_id {
            cx.mark_read(reference_id, Some(self.evenement_id)).await?;
        }
        Ok(reference(Entite::EvenementTimeline, self.evenement_id))
    }
}
