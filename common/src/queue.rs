//! The queue's wire form and its push side. The consuming side is `worker::queue`.
//!
//! # Contract
//! - A job waits in the Redis Stream of its [`Queue`], or, until it is due, in the sorted set beside it.
//! - **Record**: as long as a job is unfinished, one hash says that it exists, whose it is and where it stands.
//!   It is written in the same script as the job and deleted in the same script that acknowledges it. A job that a
//!   worker holds runs; one that is gone (a stream trimmed or evicted) makes its record count for nothing. A
//!   reader asks [`Producer::record`] first and Postgres second: the result's commit comes before the
//!   acknowledgement, so a job is never in neither, unless Redis lost it: then the same wish may be pushed again.
//! - **Once**: a second push of the same id and payload finds the record and pushes nothing. A push may
//!   therefore be repeated whenever its answer is in doubt.
//! - **At least once after that**: a job that was answered [`Pushed::Queued`] is run until a run gives its
//!   verdict, as long as Redis keeps its data.
//! - **Again**: the envelope of a parked job (`echoue`) is pushed as it stands, under its id and with its signature.
//!   It has a whole horizon of tries again, and pushed twice it is one run.
//! - **Done**: the id of each finished job is published on [`DONE_CHANNEL`] once its result is committed. A
//!   message may be lost (nobody was subscribed) or come twice; the row in `job_resultat` is the truth.
//! - **Full**: at four fifths of Redis's memory new jobs are refused, so that workers can drain.

pub mod health;
mod link;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use redis::{ErrorKind, RedisError, RedisResult, Script};
use secrecy::SecretString;
use uuid::Uuid;

pub use self::link::{Link, has_code, version};
use crate::domaine::StatutJob;
use crate::job::{Actor, Envelope, JobId, Queue};

/// Where the worker publishes the id of each finished job (`termine`, `rejete` or `echoue`).
pub const DONE_CHANNEL: &str = "guichet:job:fini";

/// The names of everything the queue keeps in Redis. A queue's keys share one hash tag, so that its scripts
/// also run on a cluster.
pub mod keys {
    use crate::job::Queue;

    /// The consumer group of the workers, on each stream.
    pub const GROUP: &str = "worker";

    /// The stream of jobs that wait or run.
    #[must_use]
    pub fn stream(queue: Queue) -> String {
        format!("{{guichet:{}}}:flux", queue.as_str())
    }

    /// The sorted set of jobs that are not due yet; the score is the due time in ms of Redis's clock.
    #[must_use]
    pub fn delayed(queue: Queue) -> String {
        format!("{{guichet:{}}}:retards", queue.as_str())
    }

    /// The sorted set of jobs of a kind or version that their worker did not know; scored like [`delayed`].
    #[must_use]
    pub fn unknown(queue: Queue) -> String {
        format!("{{guichet:{}}}:inconnus", queue.as_str())
    }

    /// The stream of entries that were taken out because no producer of ours wrote them; capped, the oldest go.
    #[must_use]
    pub fn quarantine(queue: Queue) -> String {
        format!("{{guichet:{}}}:quarantaine", queue.as_str())
    }

    /// The record of an unfinished job. With an empty id: the prefix of all of them.
    #[must_use]
    pub fn record(queue: Queue, job: &str) -> String {
        format!("{{guichet:{}}}:job:{job}", queue.as_str())
    }
}

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// The job is new and waits.
    Queued,
    /// The same job is unfinished: nothing was pushed.
    Pending,
    /// Another payload under the same id is unfinished: nothing was pushed.
    KeyReused,
}

/// Why a push was not answered.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// Redis is down, hung, loading or read-only. The job may or may not be queued: push it again.
    #[error("the queue is unavailable: {0}")]
    Unavailable(RedisError),
    /// Redis has no room: nothing was pushed.
    #[error("the queue is full")]
    Full,
    /// The envelope cannot be written as JSON: nothing was pushed.
    #[error(transparent)]
    Encoding(#[from] serde_json::Error),
}

impl From<RedisError> for PushError {
    fn from(error: RedisError) -> Self {
        if has_code(&error, "OOM") { Self::Full } else { Self::Unavailable(error) }
    }
}

/// What is known of an unfinished job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// `Job::KIND`.
    pub kind: String,
    /// Who asked for it, and may read of it.
    pub actor: Actor,
    /// The hash of its payload.
    pub payload_hash: String,
    /// `EnAttente` or `EnCours`.
    pub statut: StatutJob,
    /// When it was asked for.
    pub cree_le: DateTime<Utc>,
}

/// The push side of the queue. Clones share one connection, on which what many tasks ask at once is pipelined.
#[derive(Clone, Debug)]
pub struct Producer {
    link: Link,
    /// Refuses new jobs before Redis is full; `None` for a worker, whose follow-ups may use the reserve.
    reserve: Option<Arc<Reserve>>,
}

static PUSH: LazyLock<Script> =
    LazyLock::new(|| Script::new(concat!(include_str!("queue/stands.lua"), include_str!("queue/push.lua"))));
/// Sent as it is: many of it make one round trip.
const RECORD: &str = concat!(include_str!("queue/stands.lua"), include_str!("queue/record.lua"));

impl Producer {
    /// A producer that connects when it is first used: Redis may be absent now, and come and go later. While it
    /// is, everything here fails within some two seconds. Must be called within a Tokio runtime.
    pub fn connect(redis_url: &SecretString) -> RedisResult<Self> {
        let link = Link::new(redis_url, Duration::from_secs(2))?;
        Ok(Self { link, reserve: Some(Arc::default()) })
    }

    /// The same for a worker: its follow-ups may use the memory that is kept for draining.
    #[must_use]
    pub fn with_reserve(self) -> Self {
        Self { reserve: None, ..self }
    }

    /// Queues a job, unless it is queued already.
    pub async fn push(&self, envelope: &Envelope) -> Result<Pushed, PushError> {
        self.push_after(envelope, Duration::ZERO).await
    }

    /// Queues a job that is not to run before `delay` has passed by Redis's clock.
    pub async fn push_after(&self, envelope: &Envelope, delay: Duration) -> Result<Pushed, PushError> {
        if let Some(reserve) = &self.reserve
            && reserve.is_touched(&self.link).await?
        {
            return Err(PushError::Full);
        }
        let id = envelope.id.to_string();
        let answer: String = self
            .link
            .run(
                PUSH.key(keys::record(envelope.queue, &id))
                    .key(keys::stream(envelope.queue))
                    .key(keys::delayed(envelope.queue))
                    .arg(&id)
                    .arg(serde_json::to_vec(envelope)?)
                    .arg(&envelope.kind)
                    .arg(envelope.actor.to_string())
                    .arg(&envelope.payload_hash)
                    .arg(envelope.cree_le.to_rfc3339())
                    .arg(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)),
            )
            .await?;
        match answer.as_str() {
            "queued" => Ok(Pushed::Queued),
            "pending" => Ok(Pushed::Pending),
            _ => Ok(Pushed::KeyReused),
        }
    }

    /// The record of a job, `None` once it is finished (its result is in Postgres), if it never was, or if Redis
    /// lost it.
    pub async fn record(&self, id: JobId) -> RedisResult<Option<Record>> {
        let id = id.to_string();
        let mut pipe = redis::pipe();
        for queue in Queue::ALL {
            pipe.cmd("EVAL")
                .arg(RECORD)
                .arg(2)
                .arg(keys::record(queue, &id))
                .arg(keys::stream(queue))
                .arg(keys::GROUP);
        }
        let answers: Vec<[Option<String>; 5]> = self.link.pipe(&pipe).await?;
        // A read between a deletion and a push may see some fields; a record has all of them or is none.
        let found = answers.into_iter().find_map(|fields| match fields {
            [Some(kind), Some(actor), Some(payload_hash), Some(cree_le), Some(statut)] => {
                Some((kind, actor, payload_hash, statut, cree_le))
            }
            _ => None,
        });
        let Some((kind, actor, payload_hash, statut, cree_le)) = found else {
            return Ok(None);
        };
        let garbled =
            |field| RedisError::from((ErrorKind::UnexpectedReturnType, "a job's record is garbled", field));
        Ok(Some(Record {
            kind,
            actor: actor_from(&actor).ok_or_else(|| garbled(actor))?,
            payload_hash,
            statut: statut.parse().map_err(|_| garbled(statut))?,
            cree_le: cree_le.parse().map_err(|_| garbled(cree_le))?,
        }))
    }
}

/// Reads [`Actor`]'s `Display` back.
fn actor_from(text: &str) -> Option<Actor> {
    match text.split_once(':') {
        Some(("utilisateur", id)) => Uuid::parse_str(id).ok().map(Actor::Utilisateur),
        Some(("client", id)) => Uuid::parse_str(id).ok().map(Actor::Client),
        None if text == Actor::Stripe.type_str() => Some(Actor::Stripe),
        None if text == Actor::Systeme.type_str() => Some(Actor::Systeme),
        _ => None,
    }
}

/// The last fifth of Redis's memory, which new jobs must leave to the workers.
#[derive(Debug, Default)]
struct Reserve {
    looked: Mutex<Option<Instant>>,
    touched: AtomicBool,
}

impl Reserve {
    /// Whether new jobs must wait. One push a second asks Redis, the others take its answer.
    async fn is_touched(&self, link: &Link) -> RedisResult<bool> {
        if self.is_stale() {
            let memory: String = link.ask(redis::cmd("INFO").arg("memory")).await?;
            let number = |name: &str| {
                memory
                    .lines()
                    .find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok())
                    .unwrap_or(0)
            };
            let (used, limit) = (number("used_memory:"), number("maxmemory:"));
            self.touched.store(limit > 0 && used > limit / 5 * 4, Ordering::Relaxed);
        }
        Ok(self.touched.load(Ordering::Relaxed))
    }

    fn is_stale(&self) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let stale = looked.is_none_or(|at| at.elapsed() > Duration::from_secs(1));
        if stale {
            *looked = Some(Instant::now());
        }
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_queue_share_one_hash_tag() {
        let tag = "{guichet:paiements}";
        for key in [
            keys::stream(Queue::Paiements),
            keys::delayed(Queue::Paiements),
            keys::unknown(Queue::Paiements),
            keys::quarantine(Queue::Paiements),
            keys::record(Queue::Paiements, "1"),
        ] {
            assert!(key.starts_with(tag), "{key}");
        }
    }

    #[test]
    fn an_actor_is_read_back_from_a_record() {
        let id = Uuid::from_u128(7);
        for actor in [Actor::Utilisateur(id), Actor::Client(id), Actor::Stripe, Actor::Systeme] {
            assert_eq!(actor_from(&actor.to_string()), Some(actor));
        }
        assert_eq!(actor_from("client:nobody"), None);
    }
}
