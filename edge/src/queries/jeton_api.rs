//! The API tokens of a freelancer's scripts.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

/// A token, as its owner sees it: the token itself is nowhere.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JetonApi {
    /// Its row's id: names it, and opens nothing.
    pub id: Uuid,
    /// What its owner calls it.
    pub nom: String,
    /// When it was made.
    pub date_creation: DateTime<Utc>,
}

/// A freelancer's tokens, the newest first.
pub async fn list(pool: &PgPool, utilisateur_id: Uuid) -> sqlx::Result<Vec<JetonApi>> {
    sqlx::query_as!(
        JetonApi,
        "SELECT id, nom, date_creation FROM jeton_api WHERE utilisateur_id = $1 ORDER BY id DESC",
        utilisateur_id,
    )
    .fetch_all(pool)
    .await
}

/// One of a freelancer's tokens.
pub async fn find(pool: &PgPool, utilisateur_id: Uuid, id: Uuid) -> sqlx::Result<Option<JetonApi>> {
    sqlx::query_as!(
        JetonApi,
        "SELECT id, nom, date_creation FROM jeton_api WHERE utilisateur_id = $1 AND id = $2",
        utilisateur_id,
        id,
    )
    .fetch_optional(pool)
    .await
}

/// Whose scripts come with the token of this hash.
pub async fn owner(pool: &PgPool, jeton_hash: &[u8]) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT utilisateur_id FROM jeton_api WHERE jeton_hash = $1", jeton_hash)
        .fetch_optional(pool)
        .await
}
