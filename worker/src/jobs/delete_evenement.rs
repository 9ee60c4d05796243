//! Deletes a mail or a note.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::DeleteEvenement;

use super::update_evenement::lock_editable;
use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for DeleteEvenement {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        lock_editable(cx, self.evenement_id).await?;
        sqlx::query!("DELETE FROM evenement_timeline WHERE id = $1", self.evenement_id)
            .execute(&mut *cx.tx)
            .await?;
        Ok(reference(Entite::EvenementTimeline, self.evenement_id))
    }
}
