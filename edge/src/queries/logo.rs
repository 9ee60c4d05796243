//! A freelancer's logo: where a page finds it, and the file itself.

use common::domaine::FormatLogo;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

/// A logo as a page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Logo {
    /// Its path, which changes with the file.
    pub chemin: String,
    /// In pixels.
    pub largeur: i32,
    /// In pixels.
    pub hauteur: i32,
}

/// The file.
#[derive(Debug, Clone)]
pub struct Fichier {
    /// What it is.
    pub format: FormatLogo,
    /// Its bytes.
    pub octets: Vec<u8>,
}

impl Logo {
    /// The logo whose row was joined, if there is one.
    pub fn joined(empreinte: Option<String>, largeur: Option<i32>, hauteur: Option<i32>) -> Option<Self> {
        Some(Self { chemin: format!("/logos/{}", empreinte?), largeur: largeur?, hauteur: hauteur? })
    }
}

/// A freelancer's logo, if they have one.
pub async fn of_utilisateur(pool: &PgPool, utilisateur_id: Uuid) -> sqlx::Result<Option<Logo>> {
    let row = sqlx::query!(
        "SELECT empreinte, largeur, hauteur FROM logo WHERE utilisateur_id = $1",
        utilisateur_id
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|row| Logo::joined(Some(row.empreinte), Some(row.largeur), Some(row.hauteur))))
}

/// The file with this SHA-256, while somebody has it as their logo. It is for everybody who has its address.
pub async fn fichier(pool: &PgPool, empreinte: &str) -> sqlx::Result<Option<Fichier>> {
    sqlx::query_as!(
        Fichier,
        r#"SELECT format as "format: FormatLogo", octets FROM logo WHERE empreinte = $1 LIMIT 1"#,
        empreinte
    )
    .fetch_optional(pool)
    .await
}
