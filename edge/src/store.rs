//! What the edge keeps in Redis besides the queue: sessions and rate limits. With `waiting`, the only
//! file of the edge that names Redis.

use std::sync::LazyLock;
use std::time::Duration;

use common::queue::Link;
use redis::{FromRedisValue, RedisResult, Script};
use secrecy::SecretString;
use uuid::Uuid;

/// How long one answer of Redis may take: a page must say 503 while its reader still looks.
const PATIENCE: Duration = Duration::from_secs(1);
/// A session dies when it was not used for this long.
const SESSION_SECONDS: u64 = 30 * 24 * 3600;

/// Redis does not answer, or not what was asked.
pub type StoreError = redis::RedisError;

/// Sessions and counters. Clones share one connection, opened at first use and again when it breaks.
#[derive(Debug, Clone)]
pub struct Store {
    link: Link,
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

    /// Opens a session under the hash of its cookie, good for as long as the password is the one of
    /// `password_mark`.
    pub async fn open_session(
        &self,
        hash: &str,
        utilisateur_id: Uuid,
        password_mark: &str,
    ) -> RedisResult<()> {
        let mut set = redis::cmd("SET");
        let value = format!("{utilisateur_id} {password_mark}");
        self.ask(set.arg(session(hash)).arg(value).arg("EX").arg(SESSION_SECONDS)).await
    }

    /// Whose session it is and under which password it was opened, and keeps it alive. `None`: it does not
    /// exist.
    pub async fn touch_session(&self, hash: &str) -> RedisResult<Option<(Uuid, String)>> {
        let mut getex = redis::cmd("GETEX");
        let value: Option<String> = self.ask(getex.arg(session(hash)).arg("EX").arg(SESSION_SECONDS)).await?;
        Ok(value.and_then(|value| {
            let (id, password_mark) = value.split_once(' ')?;
            Some((Uuid::try_parse(id).ok()?, password_mark.to_owned()))
        }))
    }

    /// Ends a session.
    pub async fn close_session(&self, hash: &str) -> RedisResult<()> {
        self.ask(redis::cmd("DEL").arg(session(hash))).await
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

fn session(hash: &str) -> String {
    format!("guichet:session:{hash}")
}

fn limit(key: &str) -> String {
    format!("guichet:limite:{key}")
}
