//! Closes a client's private page.

use common::domaine::{Entite, TypeEvenement};
use common::job::Reference;
use common::jobs::RevokePortail;
use common::refus::Refus;
use serde_json::json;

use crate::cx::{Cx, Evenement, Handle, JobError, reference};

impl Handle for RevokePortail {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let had_link = sqlx::query_scalar!(
            r#"SELECT token_portail_hash IS NOT NULL AS "had_link!" FROM client
               WHERE id = $1 AND utilisateur_id = $2 FOR UPDATE"#,
            self.client_id,
            cx.utilisateur()?
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        // Revoked already: what was wished is so, and the timeline has its line.
        if had_link {
            sqlx::query!(
                "UPDATE client SET token_portail_hash = NULL, token_portail_scelle = NULL, date_portail = NULL
                 WHERE id = $1",
                self.client_id
            )
            .execute(&mut *cx.tx)
            .await?;
            cx.record_evenement(Evenement {
                client_id: self.client_id,
                r#type: TypeEvenement::PortailRevoque,
                reference_id: None,
                texte: "",
                meta: json!({}),
            })
            .await?;
        }
        Ok(reference(Entite::Client, self.client_id))
    }
}
