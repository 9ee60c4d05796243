//! One queue as one worker process serves it: what its parts ([`super::fetch`], [`super::leases`],
//! [`super::verdicts`]) share.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use common::job::Queue;
use common::queue::{Link, has_code, keys};
use redis::{RedisError, cmd};
use secrecy::SecretString;
use tokio::sync::{Notify, OnceCell, Semaphore};
use tokio_util::sync::CancellationToken;

use super::Options;
use super::health::{Pace, Trouble};
use super::leases::Renewals;
use super::quarantine::Quarantine;

/// How many jobs one command fetches or moves, and how many verdicts one script writes down: what keeps Redis
/// from standing still for others.
pub(super) const BATCH: usize = 200;
/// How long an answer may take before the connection is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// One queue, one worker process.
pub(super) struct Consumer {
    pub(super) queue: Queue,
    /// The name in the consumer group, never used again by another process start.
    pub(super) name: String,
    pub(super) stream: String,
    pub(super) delayed: String,
    pub(super) options: Options,
    pub(super) link: Link,
    pub(super) slots: Arc<Semaphore>,
    /// The entries whose leases we keep, and whether their run has ended.
    pub(super) held: Mutex<HashMap<Arc<str>, bool>>,
    pub(super) renewals: Mutex<Renewals>,
    pub(super) pace: Pace,
    pub(super) quarantine: Quarantine,
    pub(super) trouble: Arc<Trouble>,
    prepared: OnceCell<()>,
    /// A job was put off: the next one may be due sooner than thought.
    pub(super) put_off: Notify,
    /// Nothing more is to be fetched.
    pub(super) ending: CancellationToken,
    /// No job runs any more.
    pub(super) closed: CancellationToken,
}

impl Consumer {
    pub(super) fn new(
        queue: Queue,
        name: &str,
        redis_url: &SecretString,
        options: Options,
        quarantine: &Quarantine,
        trouble: &Arc<Trouble>,
        ending: &CancellationToken,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            queue,
            name: name.to_owned(),
            stream: keys::stream(queue),
            delayed: keys::delayed(queue),
            options,
            link: Link::new(redis_url, PATIENCE).context("REDIS_URL")?,
            slots: Arc::new(Semaphore::new(options.concurrency)),
            held: Mutex::default(),
            renewals: Mutex::default(),
            pace: Pace::default(),
            quarantine: quarantine.clone(),
            trouble: trouble.clone(),
            prepared: OnceCell::new(),
            put_off: Notify::new(),
            ending: ending.clone(),
            closed: CancellationToken::new(),
        })
    }

    /// A name for apalis and the log.
    pub(super) fn label(&self) -> String {
        format!("{}-{}", self.queue.as_str(), self.name)
    }

    /// Lets [`renew`](Self::renew) end.
    pub(super) fn close(&self) {
        self.closed.cancel();
    }

    /// Waits for Redis, checks that it knows all the commands that we use (the youngest is `XPENDING … IDLE`), and
    /// sets up the group.
    pub(super) async fn prepare(&self) -> anyhow::Result<()> {
        let check = async || {
            let about = loop {
                match self.link.ask::<String>(cmd("INFO").arg("server")).await {
                    Ok(about) => break about,
                    Err(error) => {
                        if self.stumbled("asking for its version", &error).await.is_break() {
                            return Ok(());
                        }
                    }
                }
            };
            self.trouble.worked();
            let version = about.lines().find_map(|line| line.strip_prefix("redis_version:"));
            let version = version.unwrap_or("?").trim();
            let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
            let known = numbers.next().zip(numbers.next());
            anyhow::ensure!(
                known.is_none_or(|known| known >= (6, 2)),
                "Redis {version} is too old: 6.2 or newer is needed"
            );
            self.create_group().await;
            Ok(())
        };
        self.prepared.get_or_try_init(check).await.copied()
    }

    /// Tells of a failure, and mends what can be: a wiped Redis has no group.
    pub(super) async fn failed(&self, doing: &str, error: &RedisError) {
        self.trouble.failed(doing, error);
        if has_code(error, "NOGROUP") || has_code(error, "UNBLOCKED") {
            self.create_group().await;
        }
    }

    async fn create_group(&self) {
        let mut create = cmd("XGROUP");
        // From the first entry on: what was pushed meanwhile counts. MKSTREAM: nothing may have been pushed.
        create.arg(&["CREATE", &self.stream, keys::GROUP, "0", "MKSTREAM"]);
        match self.link.ask::<()>(&create).await {
            Err(error) if !has_code(&error, "BUSYGROUP") => self.trouble.failed("creating the group", &error),
            _ => {}
        }
    }

    /// [`failed`](Self::failed), for a part that can do nothing without Redis: waits a little, or breaks at the
    /// end.
    pub(super) async fn stumbled(&self, doing: &str, error: &RedisError) -> ControlFlow<()> {
        self.failed(doing, error).await;
        let wait = if has_code(error, "NOGROUP") { 0 } else { 300 };
        let wait = Duration::from_millis(wait);
        match self.ending.run_until_cancelled(tokio::time::sleep(wait)).await {
            Some(()) => ControlFlow::Continue(()),
            None => ControlFlow::Break(()),
        }
    }

    pub(super) fn held(&self) -> MutexGuard<'_, HashMap<Arc<str>, bool>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As Redis counts.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
