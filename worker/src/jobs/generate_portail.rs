//! Gives a client a private page; an older link dies with the commit.

use common::domaine::{Entite, TypeEvenement};
use common::jeton::{Jeton, PORTAIL_BYTES};
use common::job::Reference;
use common::jobs::GeneratePortail;
use common::refus::Refus;
use serde_json::json;

use crate::cx::{Cx, Evenement, Handle, JobError, reference};

impl Handle for GeneratePortail {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let jeton = Jeton::generate::<PORTAIL_BYTES>(&mut cx.rng);
        let scelle = cx.shared.sealer.clone().seal(&jeton, self.client_id, &mut cx.rng);
        let updated = sqlx::query!(
            "UPDATE client SET token_portail_hash = $3, token_portail_scelle = $4, date_portail = $5
             WHERE id = $1 AND utilisateur_id = $2 AND date_effacement IS NULL",
            self.client_id,
            cx.utilisateur()?,
            jeton.hash(),
            scelle,
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        if updated.rows_affected() == 0 {
            return Err(Refus::not_found().into());
        }
        cx.record_evenement(Evenement {
            client_id: self.client_id,
            r#type: TypeEvenement::PortailGenere,
            reference_id: None,
            texte: "",
            meta: json!({}),
        })
        .await?;
        Ok(reference(Entite::Client, self.client_id))
    }
}
