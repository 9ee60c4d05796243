//! The outbox, as the freelancer sees it: what was mailed, what waits, what was not taken.

use chrono::{DateTime, Utc};
use common::domaine::{StatutCourriel, TypeCourriel};
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

/// A mail.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Courriel {
    /// What it tells.
    pub r#type: TypeCourriel,
    /// Where it stands.
    pub statut: StatutCourriel,
    /// How often it was tried.
    pub tentatives: i32,
    /// What the mail server said last, when it did not take it.
    pub erreur: Option<String>,
    /// When it was asked for.
    pub date_creation: DateTime<Utc>,
    /// When the mail server took it.
    pub date_envoi: Option<DateTime<Utc>>,
}

/// Reads the last mail about a deal of the freelancer's own: its link, or a reminder.
pub async fn last_of(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunite_id: Uuid,
) -> sqlx::Result<Option<Courriel>> {
    sqlx::query_as!(
        Courriel,
        r#"SELECT type as "type: TypeCourriel", statut as "statut: StatutCourriel", tentatives, erreur,
                  date_creation, date_envoi
             FROM courriel WHERE utilisateur_id = $1 AND reference_id = $2 ORDER BY id DESC LIMIT 1"#,
        utilisateur_id,
        opportunite_id,
    )
    .fetch_optional(pool)
    .await
}

/// Reads all mails to a client of the freelancer's own, latest first.
pub async fn of_client(pool: &PgPool, utilisateur_id: Uuid, client_id: Uuid) -> sqlx::Result<Vec<Courriel>> {
    sqlx::query_as!(
        Courriel,
        r#"SELECT type as "type: TypeCourriel", statut as "statut: StatutCourriel", tentatives, erreur,
                  date_creation, date_envoi
             FROM courriel WHERE utilisateur_id = $1 AND client_id = $2 ORDER BY id DESC"#,
        utilisateur_id,
        client_id,
    )
    .fetch_all(pool)
    .await
}

/// What the settings page says of the outbox.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Boite {
    /// Mails that wait, or are tried again.
    pub en_attente: i64,
    /// When the mail server last took one.
    pub dernier_envoi: Option<DateTime<Utc>>,
    /// The newest of those that the mail server did not take, so far or for good.
    pub refuses: Vec<Courriel>,
}

/// Reads the freelancer's outbox, with at most `limit` mails that were not taken.
pub async fn boite(pool: &PgPool, utilisateur_id: Uuid, limit: i64) -> sqlx::Result<Boite> {
    let counts = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE statut = 'en_attente') as "en_attente!", max(date_envoi) as dernier_envoi
             FROM courriel WHERE utilisateur_id = $1"#,
        utilisateur_id,
    )
    .fetch_one(pool);
    let refuses = sqlx::query_as!(
        Courriel,
        r#"SELECT type as "type: TypeCourriel", statut as "statut: StatutCourriel", tentatives, erreur,
                  date_creation, date_envoi
             FROM courriel WHERE utilisateur_id = $1 AND erreur IS NOT NULL AND statut IN ('en_attente', 'echoue')
            ORDER BY id DESC LIMIT $2"#,
        utilisateur_id,
        limit,
    )
    .fetch_all(pool);
    let (counts, refuses) = tokio::try_join!(counts, refuses)?;
    Ok(Boite { en_attente: counts.en_attente, dernier_envoi: counts.dernier_envoi, refuses })
}
