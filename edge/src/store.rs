//! What the edge keeps in Redis besides the queue: sessions and rate limits. With `waiting`, the only
//! file of the edge that names Redis.

use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use common::queue::Link;
use redis::{FromRedisValue, RedisResult, Script};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long one answer of Redis may take: a page must say 503 while its reader still looks.
const PATIENCE: Duration = Duration::from_secs(1);
/// A session dies when it was not used for this long.
const SESSION_SECONDS: u64 = 30 * 24 * 3600;
/// How long the index of a freelancer's sessions is kept after the last sign-in: longer than a browser keeps the
/// cookie of any of them (400 days) and it stays unused.
const INDEX_SECONDS: u64 = 430 * 24 * 3600;

/// Redis does not answer, or not what was asked.
pub type StoreError = redis::RedisError;

/// Sessions and counters. Clones share one connection, opened at first use and again when it breaks.
#[derive(Debug, Clone)]
pub struct Store {
    link: Link,
}

/// A session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// Whose it is.
    pub utilisateur_id: Uuid,
    /// Good for as long as the password is the one of this mark.
    pub password_mark: String,
    /// When it was opened.
    pub opened: DateTime<Utc>,
    /// On what: « Firefox, Linux ».
    pub appareil: String,
}

/// A counter that fills up and empties by itself.
#[derive(Debug, Clone)]
pub struct Counter {
    /// What it counts, without personal data.
    pub key: String,
    /// How many it takes.
    pub max: u32,
    /// How long from the first until it is empty again.
    pub seconds: u32,
}

impl Store {
    /// Takes `REDIS_URL`. Connects to nothing yet. Must be called within a Tokio runtime.
    pub fn new(redis_url: &SecretString) -> RedisResult<Self> {
        Ok(Self { link: Link::new(redis_url, PATIENCE)? })
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> RedisResult<()> {
        self.ask(&redis::cmd("PING")).await
    }

    /// Opens a session under the hash of its cookie.
    pub async fn open_session(&self, hash: &str, session: &Session) -> RedisResult<()> {
        let value = serde_json::to_string(session).map_err(|error| {
            redis::RedisError::from((redis::ErrorKind::Client, "a session", error.to_string()))
        })?;
        let mut pipe = redis::pipe();
        pipe.cmd("SET").arg(key_of(hash)).arg(value).arg("EX").arg(SESSION_SECONDS).ignore();
        pipe.cmd("SADD").arg(index(session.utilisateur_id)).arg(hash).ignore();
        pipe.cmd("EXPIRE").arg(index(session.utilisateur_id)).arg(INDEX_SECONDS).ignore();
        self.link.pipe(&pipe).await
    }

    /// The session under this hash, kept alive. `None`: it does not exist.
    pub async fn touch_session(&self, hash: &str) -> RedisResult<Option<Session>> {
        let mut getex = redis::cmd("GETEX");
        let value: Option<String> = self.ask(getex.arg(key_of(hash)).arg("EX").arg(SESSION_SECONDS)).await?;
        Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
    }

    /// The open sessions of a freelancer: each one's hash, what it is, and for how many seconds it was not used.
    /// The index forgets those that are over.
    pub async fn sessions(&self, utilisateur_id: Uuid) -> RedisResult<Vec<(String, Session, i64)>> {
        let mut members = redis::cmd("SMEMBERS");
        let hashes: Vec<String> = self.ask(members.arg(index(utilisateur_id))).await?;
        let (mut open, mut over) = (Vec::new(), redis::cmd("SREM"));
        over.arg(index(utilisateur_id));
        for hash in &hashes {
            let mut pipe = redis::pipe();
            pipe.cmd("GET").arg(key_of(hash)).cmd("TTL").arg(key_of(hash));
            let (value, left): (Option<String>, i64) = self.link.pipe(&pipe).await?;
            match value.and_then(|value| serde_json::from_str(&value).ok()) {
                Some(session) => open.push((hash.clone(), session, SESSION_SECONDS.cast_signed() - left)),
                None => {
                    over.arg(hash);
                }
            }
        }
        if open.len() < hashes.len() {
            self.ask::<()>(&over).await?;
        }
        Ok(open)
    }

    /// Ends a session.
    pub async fn close_session(&self, hash: &str) -> RedisResult<()> {
        self.ask(redis::cmd("DEL").arg(key_of(hash))).await
    }

    /// Counts one more under each key, unless one of them is full: then nothing is counted, and the
    /// seconds until it empties are returned.
    pub async fn count(&self, counters: &[Counter]) -> RedisResult<Option<u64>> {
        static COUNT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("store/count.lua")));
        let mut call = COUNT.prepare_invoke();
        for counter in counters {
            call.key(limit(&counter.key)).arg(counter.max).arg(counter.seconds);
        }
        let wait: u64 = self.link.run(&call).await?;
        Ok((wait > 0).then_some(wait))
    }

    /// Empties a counter.
    pub async fn forget(&self, key: &str) -> RedisResult<()> {
        self.ask(redis::cmd("DEL").arg(limit(key))).await
    }

    async fn ask<T: FromRedisValue>(&self, cmd: &redis::Cmd) -> RedisResult<T> {
        let mut pipe = redis::pipe();
        pipe.add_command(cmd.clone());
        let (answer,): (T,) = self.link.pipe(&pipe).await?;
        Ok(answer)
    }
}

fn key_of(hash: &str) -> String {
    format!("guichet:session:{hash}")
}

/// The hashes of a freelancer's sessions.
fn index(utilisateur_id: Uuid) -> String {
    format!("guichet:sessions:{utilisateur_id}")
}

fn limit(key: &str) -> String {
    format!("guichet:limite:{key}")
}
