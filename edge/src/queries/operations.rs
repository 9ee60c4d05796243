//! What keeps the instance running, of all freelancers together: for administrators alone.

use chrono::{DateTime, Utc};
use common::domaine::Fenetre;
use common::job::JobId;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

/// A job that was given up and waits to be run again.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Echec {
    /// Its id.
    pub id: Uuid,
    /// What it was to do: [`Job::KIND`](common::job::Job::KIND).
    pub r#type: String,
    /// Why it was given up: `job-abandonne` (it never went right), `job-fatal` (it ended its worker).
    pub motif: Option<String>,
    /// As whom it ran: `utilisateur`, `client`, `stripe` or `systeme`.
    pub acteur_type: String,
    /// That freelancer's or client's name.
    pub acteur_nom: Option<String>,
    /// How often it was tried.
    pub tentatives: i32,
    /// When it was asked for.
    pub date_creation: DateTime<Utc>,
    /// When it was given up.
    pub date_fin: DateTime<Utc>,
}

/// The jobs that were given up, latest first.
pub async fn echecs(pool: &PgPool, limit: i64) -> sqlx::Result<Vec<Echec>> {
    sqlx::query_as!(
        Echec,
        r#"SELECT j.id, j.type, j.erreur ->> 'code' as motif, j.acteur_type, coalesce(u.nom, c.nom) as acteur_nom,
                  j.tentatives, j.date_creation, j.date_fin
             FROM job_resultat j
             LEFT JOIN utilisateur u ON j.acteur_type = 'utilisateur' AND u.id = j.acteur_id
             LEFT JOIN client c ON j.acteur_type = 'client' AND c.id = j.acteur_id
            WHERE j.statut = 'echoue' ORDER BY j.date_fin DESC LIMIT $1"#,
        limit,
    )
    .fetch_all(pool)
    .await
}

/// How many jobs were given up.
pub async fn nombre_echecs(pool: &PgPool) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) as "nombre!" FROM job_resultat WHERE statut = 'echoue'"#)
        .fetch_one(pool)
        .await
}

/// The envelope of a job that was given up, to the letter. `None` when there is no such job, or it is done.
pub async fn enveloppe(pool: &PgPool, id: JobId) -> sqlx::Result<Option<String>> {
    let found =
        sqlx::query_scalar!("SELECT enveloppe FROM job_resultat WHERE id = $1 AND statut = 'echoue'", id.0);
    Ok(found.fetch_optional(pool).await?.flatten())
}

/// A comparison of Stripe's events with ours.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rapprochement {
    /// How often this look is taken.
    pub fenetre: Fenetre,
    /// From when on, by Stripe's clock, events were compared.
    pub depuis: DateTime<Utc>,
    /// Events that were compared.
    pub verifies: i32,
    /// Events that no webhook had brought.
    pub repares: i32,
    /// When it ended.
    pub date_fin: DateTime<Utc>,
}

/// The last comparison of each window, and those that repaired something, latest first.
pub async fn rapprochements(pool: &PgPool, limit: i64) -> sqlx::Result<Vec<Rapprochement>> {
    sqlx::query_as!(
        Rapprochement,
        r#"SELECT fenetre as "fenetre: Fenetre", depuis, verifies, repares, date_fin FROM reconciliation
            WHERE repares > 0
               OR id IN (SELECT DISTINCT ON (fenetre) id FROM reconciliation ORDER BY fenetre, date_fin DESC)
            ORDER BY date_fin DESC, fenetre LIMIT $1"#,
        limit,
    )
    .fetch_all(pool)
    .await
}
