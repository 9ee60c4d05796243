//! What the operator sees and does, on the page and at the API alike.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use common::domaine::StatutJob;
use common::job::{Envelope, JobId};
use futures_util::future::join_all;
use serde::Serialize;

use crate::app::App;
use crate::enqueue::push;
use crate::problem::AppError;
use crate::queries::operations::{self, Echec, Rapprochement};
use crate::store::StoreError;

/// Parked jobs that are shown.
const ECHECS: i64 = 50;
/// Comparisons with Stripe's events that are shown.
const RAPPROCHEMENTS: i64 = 10;
/// Entries of the quarantine that are shown.
const QUARANTAINE: usize = 20;

/// How the instance is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Operations {
    /// The queues and their workers; `None` while Redis does not answer.
    pub files: Option<Files>,
    /// The parked jobs, latest first: fifty at most.
    pub echecs: Vec<Parked>,
    /// All of them.
    pub nombre_echecs: i64,
    /// The comparisons with Stripe's events: the last of each window, and those that repaired something.
    pub rapprochements: Vec<Rapprochement>,
}

/// The queues, as Redis knows them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Files {
    /// One for each queue, most urgent first.
    pub queues: Vec<File>,
    /// The workers that live.
    pub workers: Vec<Worker>,
    /// What was taken out of the queues because no edge of ours wrote it, latest first.
    pub quarantaine: Vec<Quarantaine>,
}

/// How one queue is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its name.
    pub nom: &'static str,
    /// Jobs that could run and that no worker has.
    pub en_attente: u64,
    /// Jobs that a worker has.
    pub en_cours: u64,
    /// Jobs that wait for their time.
    pub retardes: u64,
    /// For how many seconds the oldest of those that could run has waited.
    pub plus_ancien: Option<u64>,
    /// Jobs that wait for a newer worker.
    pub inconnus: u64,
    /// What kinds those are.
    pub genres_inconnus: BTreeSet<String>,
    /// Entries in quarantine.
    pub quarantaine: u64,
}

/// A worker that lives.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Worker {
    /// Its name.
    pub nom: String,
    /// When it started.
    pub depuis: Option<DateTime<Utc>>,
    /// The kinds of the jobs that it has in hand.
    pub travaux: Vec<String>,
}

/// An entry that was taken out of its queue. What it holds is nobody's to read here.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quarantaine {
    /// Which queue it stood in.
    pub file: &'static str,
    /// Why: `illisible` or `non-signe`.
    pub motif: &'static str,
    /// When.
    pub date: DateTime<Utc>,
}

/// A job that was given up.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parked {
    /// The job.
    #[serde(flatten)]
    pub echec: Echec,
    /// `en_attente` or `en_cours` when it is being run again.
    pub relance: Option<StatutJob>,
}

/// Reads how the instance is.
pub async fn read(app: &App) -> Result<Operations, AppError> {
    let (rows, nombre_echecs, rapprochements) = tokio::try_join!(
        operations::echecs(&app.pool, ECHECS),
        operations::nombre_echecs(&app.pool),
        operations::rapprochements(&app.pool, RAPPROCHEMENTS)
    )?;
    let echecs = join_all(rows.into_iter().map(async |echec| {
        // Without Redis nothing is known of it, which is what the page then says of everything.
        let record = app.producer.record(JobId(echec.id)).await.ok().flatten();
        Parked { echec, relance: record.map(|record| record.statut) }
    }));
    // All at once: they share one connection, and one way to Redis and back.
    let (files, echecs) = tokio::join!(files(app), echecs);
    Ok(Operations { files, echecs, nombre_echecs, rapprochements })
}

/// The queues; `None`, and a line in the log, when Redis does not tell.
async fn files(app: &App) -> Option<Files> {
    let told = async { Ok((app.producer.health().await?, app.producer.quarantined(QUARANTAINE).await?)) };
    let (health, quarantined) = told
        .await
        .inspect_err(|error: &StoreError| tracing::warn!(%error, "the queues' health is not known"))
        .ok()?;
    let queues = health.queues.into_iter().map(|it| File {
        nom: it.queue.as_str(),
        en_attente: it.ready,
        en_cours: it.running,
        retardes: it.delayed,
        plus_ancien: it.oldest.map(|age| age.as_secs()),
        inconnus: it.unknown,
        genres_inconnus: it.unknown_kinds,
        quarantaine: it.quarantined,
    });
    let workers = health.workers.into_iter().map(|it| Worker {
        nom: it.name,
        depuis: it.since,
        travaux: it.running.into_iter().map(|job| job.kind).collect(),
    });
    let quarantaine = quarantined.into_iter().take(QUARANTAINE).map(|it| Quarantaine {
        file: it.queue.as_str(),
        motif: it.reason.as_str(),
        date: it.at,
    });
    Some(Files { queues: queues.collect(), workers: workers.collect(), quarantaine: quarantaine.collect() })
}

/// Queues a parked job again, as it was asked for: same id, same actor, same signature. Twice is once: a job
/// that already waits again is left alone.
pub async fn reexecute(app: &App, id: JobId) -> Result<(), AppError> {
    let text = operations::enveloppe(&app.pool, id).await?.ok_or(AppError::NotFound)?;
    let envelope: Envelope = serde_json::from_str(&text).map_err(|error| AppError::Internal(error.into()))?;
    push(app, &envelope).await?;
    Ok(())
}
