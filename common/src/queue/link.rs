//! A connection to Redis that comes back by itself and never makes a caller wait long.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue, Pipeline, RedisError, RedisResult, ScriptInvocation};
use secrecy::{ExposeSecret, SecretString};

/// A shared, pipelined connection for short commands. Clones share it.
///
/// It connects when first used and again after it was lost. Where redis-rs's own manager would stay on a
/// connection that is of no more use (nothing answers on it, it could not be set up, or its server has become a
/// replica), it is replaced.
#[derive(Clone)]
pub struct Link(Arc<Shared>);

struct Shared {
    client: Client,
    config: ConnectionManagerConfig,
    current: Mutex<Current>,
}

#[derive(Clone)]
struct Current {
    manager: ConnectionManager,
    /// Counts replacements, so that of many callers who fail on one connection only the first replaces it.
    generation: u64,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its address may hold a password.
        f.write_str("Link")
    }
}

/// Tries once more when the connection had been lost before or while it was used: the manager is then connecting
/// anew, and the second try shows whether Redis is there.
macro_rules! twice {
    ($link:ident, $manager:ident => $try:expr) => {{
        let mut current = $link.current();
        let $manager = &mut current.manager;
        let mut result = $try;
        if result.as_ref().is_err_and(|error: &RedisError| error.is_io_error() && !error.is_timeout()) {
            result = $try;
        }
        $link.judge(&result, &current);
        result
    }};
}

impl Link {
    /// A link that gives up on an answer after `patience`. Must be called within a Tokio runtime.
    pub fn new(redis_url: &SecretString, patience: Duration) -> RedisResult<Self> {
        let client = Client::open(redis_url.expose_secret())?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(patience))
            // Who waits here is a request: better to fail at once, the next caller tries again.
            .set_number_of_retries(0)
            .set_pipeline_buffer_size(512);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), config.clone())?;
        let current = Mutex::new(Current { manager, generation: 0 });
        Ok(Self(Arc::new(Shared { client, config, current })))
    }

    /// The server's address, for a connection of one's own.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Runs a script. Like everything here it may run twice, when the connection is lost under it.
    pub async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> RedisResult<T> {
        twice!(self, manager => script.invoke_async(manager).await)
    }

    /// Sends a command.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        twice!(self, manager => command.query_async(manager).await)
    }

    /// Sends commands in one round trip.
    pub async fn pipe<T: FromRedisValue>(&self, commands: &Pipeline) -> RedisResult<T> {
        twice!(self, manager => commands.query_async(manager).await)
    }

    fn current(&self) -> Current {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the connection if the result shows that it is of no more use.
    fn judge<T>(&self, result: &RedisResult<T>, used: &Current) {
        let Err(error) = result else { return };
        // A connection that was lost the manager replaces itself. One that failed otherwise while it was set up
        // (an answer that was cut off, a refused sign-in) it would keep, and answer with that failure for ever.
        let replaced_already = error.is_io_error() && !error.is_timeout();
        let answered =
            error.code().is_some() && !has_code(error, "READONLY") && !has_code(error, "MASTERDOWN");
        if replaced_already || answered {
            return;
        }
        let mut current = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.generation == used.generation
            && let Ok(manager) =
                ConnectionManager::new_lazy_with_config(self.0.client.clone(), self.0.config.clone())
        {
            *current = Current { manager, generation: used.generation + 1 };
        }
    }
}

/// Whether Redis refused with this code, itself or (before 7.0, wrapped as `ERR`) from within a script.
#[must_use]
pub fn has_code(error: &RedisError, code: &str) -> bool {
    error.code() == Some(code) || error.detail().is_some_and(|detail| detail.contains(code))
}

/// Redis's version, from what `INFO` says, and whether it knows all the commands that we use: the youngest is
/// `XPENDING … IDLE`. One that does not say is given the benefit of the doubt.
#[must_use]
pub fn version(info: &str) -> (&str, bool) {
    let version =
        info.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap_or("unknown").trim();
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    let known = numbers.next().zip(numbers.next());
    (version, known.is_none_or(|known| known >= (6, 2)))
}
