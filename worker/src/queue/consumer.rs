//! One queue as one worker process serves it: what its parts ([`super::fetch`], [`super::leases`],
//! [`super::verdicts`]) share.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use common::job::Queue;
use common::queue::health::worker_name;
use common::queue::{Link, has_code, keys, version};
use redis::{RedisError, cmd};
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::Options;
use super::health::{Pace, Trouble};
use super::quarantine::Quarantine;

/// How many jobs one command fetches or moves, and how many verdicts one script writes down: what keeps Redis
/// from standing still for others.
pub(super) const BATCH: usize = 200;
/// How long an answer may take before the connection is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What the queues of one worker process share.
pub(super) struct Shared {
    /// The name in the consumer groups, never used again by another process start.
    pub(super) name: String,
    pub(super) options: Options,
    pub(super) link: Link,
    pub(super) quarantine: Quarantine,
    pub(super) trouble: Trouble,
    /// Nothing more is to be fetched.
    pub(super) ending: CancellationToken,
    /// No job runs any more.
    pub(super) closed: CancellationToken,
}

impl Shared {
    pub(super) fn new(
        redis_url: &SecretString,
        options: Options,
        ending: CancellationToken,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            name: worker_name(crate::clock()),
            options,
            link: Link::new(redis_url, PATIENCE).context("REDIS_URL")?,
            quarantine: Quarantine::new(options.alone),
            trouble: Trouble::default(),
            ending,
            closed: CancellationToken::new(),
        })
    }

    /// Waits for Redis, and checks its version.
    pub(super) async fn await_redis(&self) -> anyhow::Result<()> {
        loop {
            match self.link.ask::<String>(cmd("INFO").arg("server")).await {
                Ok(about) => {
                    self.trouble.worked();
                    let (version, knows_all) = version(&about);
                    anyhow::ensure!(knows_all, "Redis {version} is too old: 6.2 or newer is needed");
                    return Ok(());
                }
                Err(error) => self.trouble.failed("asking for its version", &error),
            }
            if !self.pause().await {
                return Ok(());
            }
        }
    }

    /// For a part that can do nothing without Redis: waits a little. `false` at the end.
    pub(super) async fn pause(&self) -> bool {
        self.ending.run_until_cancelled(tokio::time::sleep(Duration::from_millis(300))).await.is_some()
    }
}

/// One queue, one worker process.
pub(super) struct Consumer {
    pub(super) queue: Queue,
    pub(super) stream: String,
    pub(super) shared: Arc<Shared>,
    pub(super) slots: Arc<Semaphore>,
    pub(super) pace: Pace,
    held: Mutex<HashSet<Arc<str>>>,
}

impl Consumer {
    pub(super) fn new(queue: Queue, shared: Arc<Shared>) -> Self {
        Self {
            queue,
            stream: keys::stream(queue),
            slots: Arc::new(Semaphore::new(shared.options.concurrency)),
            shared,
            pace: Pace::default(),
            held: Mutex::default(),
        }
    }

    /// The entries whose leases we keep: from their fetching until their verdict is written down.
    pub(super) fn held(&self) -> MutexGuard<'_, HashSet<Arc<str>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of a failure, and mends what can be: a wiped Redis has no group.
    pub(super) async fn failed(&self, doing: &str, error: &RedisError) {
        self.shared.trouble.failed(doing, error);
        if has_code(error, "NOGROUP") || has_code(error, "UNBLOCKED") {
            self.create_group().await;
        }
    }

    pub(super) async fn create_group(&self) {
        let mut create = cmd("XGROUP");
        // From the first entry on: what was pushed meanwhile counts. MKSTREAM: nothing may have been pushed.
        create.arg(&["CREATE", &self.stream, keys::GROUP, "0", "MKSTREAM"]);
        match self.shared.link.ask::<()>(&create).await {
            Err(error) if !has_code(&error, "BUSYGROUP") => {
                self.shared.trouble.failed("creating the group", &error);
            }
            _ => {}
        }
    }
}

/// As Redis counts.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
