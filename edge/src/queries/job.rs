//! The outcome of a job, as its owner may read it.

use common::domaine::StatutJob;
use common::job::{Actor, JobId, Reference};
use common::refus::Refus;
use sqlx::PgPool;

use crate::problem::AppError;

/// A job that came to an end.
#[derive(Debug, Clone)]
pub struct JobResultat {
    /// Its id.
    pub id: JobId,
    /// What it was: [`Job::KIND`](common::job::Job::KIND).
    pub r#type: String,
    /// How it ended.
    pub statut: StatutJob,
    /// What a finished job points at.
    pub resultat: Option<Reference>,
    /// Why a rejected job was refused.
    pub erreur: Option<Refus>,
}

impl JobResultat {
    /// What it made, or its bad end.
    pub fn made(self) -> Result<Option<Reference>, AppError> {
        match (self.statut, self.erreur) {
            (StatutJob::Termine, _) => Ok(self.resultat),
            (StatutJob::Rejete, Some(refus)) => Err(AppError::JobRejected(self.id, refus)),
            _ => Err(AppError::JobFailed(self.id)),
        }
    }
}

/// Reads the outcome of a job that `actor` asked for. Absent, unfinished and somebody else's look the
/// same.
pub async fn find(pool: &PgPool, actor: &Actor, id: JobId) -> sqlx::Result<Option<JobResultat>> {
    let row = sqlx::query!(
        r#"SELECT id, type, statut as "statut: StatutJob",
                  resultat, erreur
             FROM job_resultat
            WHERE id = $1 AND acteur_type = $2 AND acteur_id IS NOT DISTINCT FROM $3"#,
        id.0,
        actor.type_str(),
        actor.id(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| JobResultat {
        id: JobId(row.id),
        r#type: row.r#type,
        statut: row.statut,
        resultat: row.resultat.and_then(|it| serde_json::from_value(it).ok()),
        // A parked job's reason is the operator's to read, and has another shape.
        erreur: row.erreur.and_then(|it| serde_json::from_value(it).ok()),
    }))
}
