//! Waiting for a job, and asking how far it is.
//!
//! The edge holds one subscription to the queue's "done" channel; a waiting request is an entry of a map.
//! When told, and each second in case a message was lost, it reads the job's row. Nobody holds a
//! connection to Postgres while waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use common::domaine::StatutJob;
use common::job::{Actor, JobId};
use common::queue::DONE_CHANNEL;
use futures_util::StreamExt;
use redis::RedisResult;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::app::App;
use crate::problem::AppError;
use crate::queries::job::{self, JobResultat};

/// How often a waiting request looks for itself.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A subscription that heard nothing for this long may be dead without knowing it: it is made anew.
const SILENCE_MAX: Duration = Duration::from_mins(1);

/// The requests that wait for a job.
pub struct Waiting {
    redis: redis::Client,
    entries: Mutex<HashMap<JobId, Entry>>,
}

struct Entry {
    done: Arc<Notify>,
    count: usize,
}

impl Waiting {
    /// Takes `REDIS_URL`. Connects to nothing yet.
    pub fn new(redis_url: &SecretString) -> RedisResult<Self> {
        Ok(Self { redis: redis::Client::open(redis_url.expose_secret())?, entries: Mutex::default() })
    }

    /// Wakes those whose job is done, for as long as the process lives.
    pub async fn listen(&self) {
        loop {
            if let Err(error) = self.listen_once().await {
                tracing::debug!(%error, "not subscribed to finished jobs: waiting requests look each second");
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn listen_once(&self) -> RedisResult<()> {
        let mut subscription = self.redis.get_async_pubsub().await?;
        subscription.subscribe(DONE_CHANNEL).await?;
        let mut messages = subscription.on_message();
        while let Ok(Some(message)) = timeout(SILENCE_MAX, messages.next()).await {
            let id: String = message.get_payload()?;
            if let Ok(id) = Uuid::try_parse(&id) {
                self.wake(JobId(id));
            }
        }
        Ok(())
    }

    fn wake(&self, id: JobId) {
        if let Some(entry) = self.lock().get(&id) {
            entry.done.notify_waiters();
        }
    }

    fn enter(&self, id: JobId) -> Waiter<'_> {
        let mut entries = self.lock();
        let entry = entries.entry(id).or_insert_with(|| Entry { done: Arc::default(), count: 0 });
        entry.count += 1;
        Waiter { waiting: self, id, done: Arc::clone(&entry.done) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One waiting request's entry; leaves the map with it.
struct Waiter<'a> {
    waiting: &'a Waiting,
    id: JobId,
    done: Arc<Notify>,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut entries = self.waiting.lock();
        if let Some(entry) = entries.get_mut(&self.id) {
            entry.count -= 1;
            if entry.count == 0 {
                entries.remove(&self.id);
            }
        }
    }
}

/// Waits until a job that `actor` asked for is finished. `None` when it is not after `limit`, or when
/// this process is to end: nothing is known then, and the job goes on.
pub async fn wait(app: &App, actor: &Actor, id: JobId, limit: Duration) -> Option<JobResultat> {
    let deadline = Instant::now() + limit;
    let waiter = app.waiting.enter(id);
    loop {
        let done = waiter.done.notified();
        tokio::pin!(done);
        // From here on no message is missed, so the look below cannot come too early.
        done.as_mut().enable();
        match job::find(&app.pool, actor, id).await {
            Ok(Some(finished)) => return Some(finished),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a job's row cannot be read while waiting"),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || app.stop.is_cancelled() {
            return None;
        }
        tokio::select! {
            () = &mut done => {}
            () = sleep(LOOK_EVERY.min(left)) => {}
            () = app.stop.cancelled() => {}
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone)]
pub enum JobState {
    /// It waits or runs.
    Unfinished {
        /// What it is: `Job::KIND`.
        kind: String,
        /// `EnAttente` or `EnCours`.
        statut: StatutJob,
    },
    /// It came to an end.
    Finished(JobResultat),
}

/// How far a job that `actor` asked for is. `None` for what never was and for what is somebody else's.
///
/// Redis first, then Postgres: a result is committed before its job is acknowledged, so between the two
/// looks a job cannot slip through.
pub async fn state(app: &App, actor: &Actor, id: JobId) -> Result<Option<JobState>, AppError> {
    let record = app.producer.record(id).await;
    match &record {
        Ok(Some(record)) if record.actor == *actor => {
            return Ok(Some(JobState::Unfinished { kind: record.kind.clone(), statut: record.statut }));
        }
        Ok(Some(_)) => return Ok(None),
        Ok(None) | Err(_) => {}
    }
    if let Some(finished) = job::find(&app.pool, actor, id).await? {
        return Ok(Some(JobState::Finished(finished)));
    }
    // Without Redis "not finished" and "never was" look the same: that is no answer.
    record.map(|_| None).map_err(AppError::from)
}
