//! Replaces a freelancer's logo, or takes it away.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::UpdateLogo;

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for UpdateLogo {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let id = cx.utilisateur()?;
        if let Some(logo) = self.logo {
            sqlx::query!(
                "INSERT INTO logo (utilisateur_id, empreinte, format, largeur, hauteur, octets)
                 VALUES ($1, encode(sha256($5), 'hex'), $2, $3, $4, $5)
                 ON CONFLICT (utilisateur_id) DO UPDATE SET empreinte = excluded.empreinte, format = excluded.format,
                     largeur = excluded.largeur, hauteur = excluded.hauteur, octets = excluded.octets",
                id,
                logo.format.as_str(),
                logo.largeur,
                logo.hauteur,
                logo.octets,
            )
            .execute(&mut *cx.tx)
            .await?;
        } else {
            sqlx::query!("DELETE FROM logo WHERE utilisateur_id = $1", id).execute(&mut *cx.tx).await?;
        }
        Ok(reference(Entite::Utilisateur, id))
    }
}
