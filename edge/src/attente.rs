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
use crate::probleme::Erreur;
use crate::queries::job::{self, JobResultat};

/// How often a waiting request looks for itself.
const REGARD: Duration = Duration::from_secs(1);
/// A subscription that heard nothing for this long may be dead without knowing it: it is made anew.
const SILENCE_MAX: Duration = Duration::from_mins(1);

/// The requests that wait for a job.
pub struct Attente {
    redis: redis::Client,
    attendus: Mutex<HashMap<JobId, Attendu>>,
}

struct Attendu {
    fini: Arc<Notify>,
    combien: usize,
}

impl Attente {
    /// Takes `REDIS_URL`. Connects to nothing yet.
    pub fn new(redis_url: &SecretString) -> RedisResult<Self> {
        Ok(Self { redis: redis::Client::open(redis_url.expose_secret())?, attendus: Mutex::default() })
    }

    /// Wakes those whose job is done, for as long as the process lives.
    pub async fn listen(&self) {
        loop {
            if let Err(erreur) = self.listen_once().await {
                tracing::debug!(%erreur, "not subscribed to finished jobs: waiting requests look each second");
            }
            sleep(REGARD).await;
        }
    }

    async fn listen_once(&self) -> RedisResult<()> {
        let mut abonnement = self.redis.get_async_pubsub().await?;
        abonnement.subscribe(DONE_CHANNEL).await?;
        let mut messages = abonnement.on_message();
        while let Ok(Some(message)) = timeout(SILENCE_MAX, messages.next()).await {
            let id: String = message.get_payload()?;
            if let Ok(id) = Uuid::try_parse(&id) {
                self.wake(JobId(id));
            }
        }
        Ok(())
    }

    fn wake(&self, id: JobId) {
        if let Some(attendu) = self.lock().get(&id) {
            attendu.fini.notify_waiters();
        }
    }

    fn enter(&self, id: JobId) -> Inscription<'_> {
        let mut attendus = self.lock();
        let attendu = attendus.entry(id).or_insert_with(|| Attendu { fini: Arc::default(), combien: 0 });
        attendu.combien += 1;
        Inscription { attente: self, id, fini: Arc::clone(&attendu.fini) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Attendu>> {
        self.attendus.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One waiting request's entry; leaves the map with it.
struct Inscription<'a> {
    attente: &'a Attente,
    id: JobId,
    fini: Arc<Notify>,
}

impl Drop for Inscription<'_> {
    fn drop(&mut self) {
        let mut attendus = self.attente.lock();
        if let Some(attendu) = attendus.get_mut(&self.id) {
            attendu.combien -= 1;
            if attendu.combien == 0 {
                attendus.remove(&self.id);
            }
        }
    }
}

/// Waits until a job that `actor` asked for is finished. `None` when it is not after `duree`, or when
/// this process is to end: nothing is known then, and the job goes on.
pub async fn attendre(app: &App, actor: &Actor, id: JobId, duree: Duration) -> Option<JobResultat> {
    let fin = Instant::now() + duree;
    let inscription = app.attente.enter(id);
    loop {
        let fini = inscription.fini.notified();
        tokio::pin!(fini);
        // From here on no message is missed, so the look below cannot come too early.
        fini.as_mut().enable();
        match job::find(&app.pool, actor, id).await {
            Ok(Some(resultat)) => return Some(resultat),
            Ok(None) => {}
            Err(erreur) => tracing::warn!(%erreur, "a job's row cannot be read while waiting"),
        }
        let reste = fin.saturating_duration_since(Instant::now());
        if reste.is_zero() || app.stop.is_cancelled() {
            return None;
        }
        tokio::select! {
            () = &mut fini => {}
            () = sleep(REGARD.min(reste)) => {}
            () = app.stop.cancelled() => {}
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone)]
pub enum EtatJob {
    /// It waits or runs.
    EnVie {
        /// What it is: `Job::KIND`.
        kind: String,
        /// `EnAttente` or `EnCours`.
        statut: StatutJob,
    },
    /// It came to an end.
    Fini(JobResultat),
}

/// How far a job that `actor` asked for is. `None` for what never was and for what is somebody else's.
///
/// Redis first, then Postgres: a result is committed before its job is acknowledged, so between the two
/// looks a job cannot slip through.
pub async fn etat(app: &App, actor: &Actor, id: JobId) -> Result<Option<EtatJob>, Erreur> {
    let record = app.producer.record(id).await;
    match &record {
        Ok(Some(record)) if record.actor == *actor => {
            return Ok(Some(EtatJob::EnVie { kind: record.kind.clone(), statut: record.statut }));
        }
        Ok(Some(_)) => return Ok(None),
        Ok(None) | Err(_) => {}
    }
    if let Some(fini) = job::find(&app.pool, actor, id).await? {
        return Ok(Some(EtatJob::Fini(fini)));
    }
    // Without Redis "not finished" and "never was" look the same: that is no answer.
    record.map(|_| None).map_err(Erreur::from)
}
