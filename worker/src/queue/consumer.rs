//! One queue as one worker process serves it: everything that this process does to it in Redis.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use common::job::{JobId, Queue};
use common::queue::{DONE_CHANNEL, Link, keys};
use redis::streams::{StreamId, StreamReadReply};
use redis::{AsyncConnectionConfig, FromRedisValue, RedisError, RedisResult, Script, Value, cmd};
use secrecy::SecretString;
use tokio::sync::{Notify, OnceCell, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::backend::{Fetched, Note, Receipt};
use super::health::{Pace, Trouble, back_off};
use super::quarantine::Quarantine;
use super::{Delivery, Options, Verdict};

/// How many jobs one command fetches or moves, and how many verdicts one script writes down: what keeps Redis
/// from standing still for others.
const BATCH: usize = 200;
/// How long Redis holds a read open when there are no jobs.
const BLOCK: Duration = Duration::from_secs(2);
/// How long an answer may take before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(5);

macro_rules! scripts {
    ($($name:ident = $file:literal),+ $(,)?) => {
        $(static $name: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!($file)));)+
    };
}
scripts! {
    CONCLUDE = "conclude.lua",
    RENEW = "renew.lua",
    RECLAIM = "reclaim.lua",
    PROMOTE = "promote.lua",
    HAND_BACK = "hand_back.lua",
    SWEEP = "sweep.lua",
}

/// One queue, one worker process.
pub(super) struct Consumer {
    queue: Queue,
    /// The name in the consumer group, never used again by another process start.
    name: String,
    stream: String,
    delayed: String,
    options: Options,
    link: Link,
    slots: Arc<Semaphore>,
    /// The entries whose leases we keep, and whether their run has ended.
    held: Mutex<HashMap<Arc<str>, bool>>,
    renewals: Mutex<Renewals>,
    pace: Pace,
    quarantine: Quarantine,
    trouble: Arc<Trouble>,
    prepared: OnceCell<()>,
    /// A job was put off: the next one may be due sooner than thought.
    put_off: Notify,
    /// Nothing more is to be fetched.
    ending: CancellationToken,
    /// No job runs any more.
    closed: CancellationToken,
}

/// What a verdict asks of Redis.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    /// The job leaves the queue.
    Done,
    /// It comes back.
    Later {
        /// Failed runs, this one included if it was one.
        failures: u32,
        /// How long it waits.
        after: Duration,
    },
}

/// When our leases were renewed, in ms of Redis's clock.
#[derive(Debug, Clone, Copy, Default)]
struct Renewals {
    /// The first of an unbroken row.
    since: u64,
    last: u64,
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
            let version = about.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap_or("?").trim();
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

    // ---- fetching ----------------------------------------------------------------------------------------

    /// Fetches jobs as they come, as many as there are free slots, until the end.
    pub(super) async fn fetch(&self, hand_out: mpsc::Sender<Fetched>) {
        while let Err(error) = self.fetch_on_one_connection(&hand_out).await {
            if self.stumbled("fetching jobs", &error).await.is_break() {
                return;
            }
        }
    }

    /// Ends without an error when nothing more is to be fetched.
    async fn fetch_on_one_connection(&self, hand_out: &mpsc::Sender<Fetched>) -> RedisResult<()> {
        // A blocked read has a connection of its own: it would hold up whatever came after it.
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(BLOCK + PATIENCE));
        let mut connection = self.link.client().get_multiplexed_async_connection_with_config(&config).await?;
        let connection_id: u64 = cmd("CLIENT").arg("ID").query_async(&mut connection).await?;
        loop {
            let ready = async {
                let slots = self.free_slots().await;
                (slots, self.pace.allowed().await)
            };
            let Some((Some(mut slots), probe)) = self.ending.run_until_cancelled(ready).await else { return Ok(()) };
            let count = if probe.is_some() { 1 } else { slots.num_permits() };

            let mut read = cmd("XREADGROUP");
            read.arg("GROUP").arg(keys::GROUP).arg(&self.name).arg("COUNT").arg(count);
            read.arg("BLOCK").arg(BLOCK.as_secs() * 1000).arg("STREAMS").arg(&self.stream).arg(">");
            let reading = read.query_async::<Option<StreamReadReply>>(&mut connection);
            tokio::pin!(reading);
            let interrupted = async {
                tokio::select! {
                    () = self.ending.cancelled() => {}
                    () = self.pace.falls(), if probe.is_none() => {}
                }
            };
            // A read is not dropped while Redis may be answering it: the jobs in the answer would lie idle.
            let reply = tokio::select! {
                reply = &mut reading => reply,
                () = interrupted => {
                    self.unblock(connection_id).await;
                    let answer = tokio::time::timeout(Duration::from_millis(500), reading).await;
                    answer.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
                }
            };
            self.trouble.worked();
            let mut any = false;
            for entry in reply?.into_iter().flat_map(|reply| reply.keys).flat_map(|stream| stream.ids) {
                any = true;
                let fetched = self.receive(entry, 1, slots.split(1), None);
                if hand_out.send(fetched).await.is_err() {
                    return Ok(());
                }
            }
            if let (Some(probe), true) = (probe, any) {
                self.ending.run_until_cancelled(probe.judged()).await;
            }
        }
    }

    /// At least one slot. `None` never: the slots are not closed.
    async fn free_slots(&self) -> Option<OwnedSemaphorePermit> {
        let mut slots = self.slots.clone().acquire_owned().await.ok()?;
        let more = self.slots.available_permits().min(BATCH - 1);
        // Only this task takes slots, so what was there still is.
        if more > 0
            && let Ok(more) = self.slots.clone().try_acquire_many_owned(u32::try_from(more).unwrap_or(0))
        {
            slots.merge(more);
        }
        Some(slots)
    }

    /// Has Redis answer our blocked read now.
    async fn unblock(&self, connection_id: u64) {
        if let Err(error) = self.link.ask::<()>(cmd("CLIENT").arg("UNBLOCK").arg(connection_id)).await {
            tracing::debug!("the blocked read ends by itself: {error}");
        }
    }

    /// Makes a job of an entry, and keeps its lease from now on.
    fn receive(
        &self,
        entry: StreamId,
        delivered: u32,
        slot: Option<OwnedSemaphorePermit>,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Fetched {
        let StreamId { id: entry, map: mut fields, .. } = entry;
        let mut text = |name| match fields.remove(name) {
            Some(Value::BulkString(bytes)) => bytes,
            _ => Vec::new(),
        };
        let envelope = text("enveloppe");
        let [job, failures, delivered_before] =
            ["job", "echecs", "livraisons"].map(|name| String::from_utf8(text(name)).unwrap_or_default());
        let failures = failures.parse().unwrap_or(0);
        let entry = Arc::<str>::from(entry);
        self.held().insert(entry.clone(), false);
        let delivery = Delivery {
            id: Uuid::parse_str(&job).ok().map(JobId),
            queue: self.queue,
            envelope,
            failures,
            deliveries: delivered_before.parse().unwrap_or(0) + delivered,
        };
        Fetched { delivery, receipt: Receipt { entry, job: job.into(), failures }, slot, turn }
    }

    // ---- leases ------------------------------------------------------------------------------------------

    /// Renews the leases of what runs here, three times in a lease, until nothing runs any more.
    pub(super) async fn renew(&self) {
        let mut beat = tokio::time::interval(self.options.lease / 3);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut beats = 0_u32;
        while self.closed.run_until_cancelled(beat.tick()).await.is_some() {
            let renewed = self.closed.run_until_cancelled(self.renew_once()).await;
            match renewed {
                None => return,
                Some(Ok(())) => self.trouble.worked(),
                Some(Err(error)) => self.failed("renewing leases", &error).await,
            }
            beats += 1;
            if beats.is_multiple_of(30)
                && let Err(error) = self.sweep().await
            {
                self.failed("forgetting dead workers", &error).await;
            }
        }
    }

    async fn renew_once(&self) -> RedisResult<()> {
        let held: Vec<Arc<str>> = self.held().keys().cloned().collect();
        let mut call = RENEW.key(&self.stream);
        call.arg(keys::GROUP).arg(&self.name);
        for entry in &held {
            call.arg(&**entry);
        }
        let (now, lost): (u64, Vec<String>) = self.link.run(&call).await?;
        for entry in lost {
            if self.held().remove(entry.as_str()) == Some(false) {
                tracing::warn!(queue = self.queue.as_str(), entry, "a lease ran out: another worker has the job");
            }
        }
        let mut renewals = self.renewals.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(renewals.last) > self.renewal_age() {
            renewals.since = now;
        }
        renewals.last = now;
        Ok(())
    }

    /// How old our last renewal may be for us to say that leases which have run out are dead workers'.
    fn renewal_age(&self) -> u64 {
        u64::try_from(self.options.lease.as_millis()).unwrap_or(u64::MAX) / 3 * 2
    }

    /// Takes over the jobs of dead workers, one suspect after another.
    pub(super) async fn reclaim(&self, hand_out: mpsc::Sender<Fetched>) {
        let mut beat = tokio::time::interval(self.options.lease / 3);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while self.ending.run_until_cancelled(beat.tick()).await.is_some() {
            loop {
                let Some(Some(turn)) = self.ending.run_until_cancelled(self.quarantine.turn()).await else { return };
                match self.reclaim_once(turn).await {
                    Ok(Some(suspect)) => {
                        if hand_out.send(suspect).await.is_err() {
                            return;
                        }
                    }
                    Ok(None) => break,
                    Err(error) => {
                        self.failed("taking over jobs", &error).await;
                        break;
                    }
                }
            }
        }
    }

    async fn reclaim_once(&self, turn: OwnedSemaphorePermit) -> RedisResult<Option<Fetched>> {
        let lease = u64::try_from(self.options.lease.as_millis()).unwrap_or(u64::MAX);
        let Renewals { since, last } = *self.renewals.lock().unwrap_or_else(PoisonError::into_inner);
        // When Redis was away all leases have run out. Each living worker gets one lease's time to renew its own.
        if last - since < lease || !self.pace.is_well() {
            return Ok(None);
        }
        let mut call = RECLAIM.key(&self.stream);
        call.arg(keys::GROUP).arg(&self.name).arg(lease).arg(last).arg(self.renewal_age());
        let claimed: Option<(String, Value, u32)> = self.link.run(&call).await?;
        let Some((id, fields, delivered)) = claimed else { return Ok(None) };
        let entry = StreamId { id, map: HashMap::from_redis_value(fields)?, ..StreamId::default() };
        Ok(Some(self.receive(entry, delivered, None, Some(turn))))
    }

    async fn sweep(&self) -> RedisResult<()> {
        let gone = u64::try_from(self.options.lease.as_millis()).unwrap_or(u64::MAX).saturating_mul(10);
        self.link.run(SWEEP.key(&self.stream).arg(keys::GROUP).arg(gone)).await
    }

    // ---- later -------------------------------------------------------------------------------------------

    /// Moves jobs that are due into the stream. Sleeps until the next is, and at most a second: another process
    /// may have put off a job that is due before.
    pub(super) async fn promote(&self) {
        const LONGEST: Duration = Duration::from_secs(1);
        while !self.ending.is_cancelled() {
            let mut call = PROMOTE.key(&self.delayed);
            let wait = match self.link.run::<(usize, i64)>(call.key(&self.stream).arg(BATCH)).await {
                Ok((BATCH.., _)) => continue,
                Ok((_, next)) => u64::try_from(next).map_or(LONGEST, Duration::from_millis).min(LONGEST),
                Err(error) => {
                    self.failed("moving jobs that are due", &error).await;
                    LONGEST
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.put_off.notified() => {}
                () = self.ending.cancelled() => {}
            }
        }
    }

    // ---- verdicts ----------------------------------------------------------------------------------------

    /// Takes a verdict's consequences for the queue as a whole.
    pub(super) fn judged(&self, receipt: &Receipt, verdict: Verdict) -> Outcome {
        if let Some(ended) = self.held().get_mut(&receipt.entry) {
            *ended = true;
        }
        if verdict != Verdict::Unavailable && self.pace.works() {
            tracing::info!(queue = self.queue.as_str(), "what was unavailable is back: the queue goes on");
        }
        match verdict {
            Verdict::Done => Outcome::Done,
            Verdict::Retry { after } => {
                let failures = receipt.failures.saturating_add(1);
                Outcome::Later { failures, after: after.unwrap_or_else(|| back_off(receipt.failures)) }
            }
            Verdict::Defer { after } => Outcome::Later { failures: receipt.failures, after },
            Verdict::Unavailable => {
                let was_well = self.pace.is_well();
                let after = self.pace.outage();
                if was_well {
                    tracing::warn!(queue = self.queue.as_str(), "a job needs what is unavailable: the queue rests");
                }
                Outcome::Later { failures: receipt.failures, after }
            }
        }
    }

    /// Writes notes down, as many at once as have gathered, until no one is left to make any.
    pub(super) async fn conclude(&self, mut notes: mpsc::UnboundedReceiver<Note>) {
        let mut batch = Vec::with_capacity(BATCH);
        while notes.recv_many(&mut batch, BATCH).await > 0 {
            while let Err(error) = self.conclude_batch(&batch).await {
                // Redis was wiped: there is nothing left to conclude.
                if error.code() == Some("NOGROUP") {
                    self.failed("writing down verdicts", &error).await;
                    break;
                }
                self.failed("writing down verdicts", &error).await;
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            let mut held = self.held();
            for note in batch.drain(..) {
                if let Note::Ended(receipt, outcome) = note {
                    held.remove(&receipt.entry);
                    if matches!(outcome, Outcome::Later { .. }) {
                        self.put_off.notify_one();
                    }
                }
            }
        }
    }

    async fn conclude_batch(&self, batch: &[Note]) -> RedisResult<()> {
        let mut call = CONCLUDE.key(&self.stream);
        call.key(&self.delayed).arg(keys::GROUP).arg(&self.name).arg(DONE_CHANNEL);
        let mut any = false;
        for note in batch {
            let (receipt, word, failures, after) = match note {
                // No need to say that a job has started when it has ended meanwhile.
                Note::Started(receipt) if self.held().get(&receipt.entry) != Some(&false) => continue,
                Note::Started(receipt) => (receipt, "start", 0, Duration::ZERO),
                Note::Ended(receipt, Outcome::Done) => (receipt, "done", 0, Duration::ZERO),
                Note::Ended(receipt, Outcome::Later { failures, after }) => (receipt, "later", *failures, *after),
            };
            any = true;
            call.key(keys::record(self.queue, &receipt.job)).arg(&*receipt.entry).arg(&*receipt.job).arg(word);
            call.arg(failures).arg(u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
        }
        if any { self.link.run(&call).await } else { Ok(()) }
    }

    /// Gives back all that this worker holds, and forgets the worker.
    pub(super) async fn hand_back(&self) {
        let mut call = HAND_BACK.key(&self.stream);
        call.arg(keys::GROUP).arg(&self.name).arg(keys::record(self.queue, ""));
        match self.link.run::<u64>(&call).await {
            Ok(0) => {}
            Ok(jobs) => tracing::info!(queue = self.queue.as_str(), jobs, "handed back"),
            Err(error) => self.failed("handing back jobs", &error).await,
        }
    }

    // ---- failures ----------------------------------------------------------------------------------------

    /// Tells of a failure, and mends what can be: a wiped Redis has no group.
    async fn failed(&self, doing: &str, error: &RedisError) {
        self.trouble.failed(doing, error);
        if matches!(error.code(), Some("NOGROUP" | "UNBLOCKED")) {
            self.create_group().await;
        }
    }

    async fn create_group(&self) {
        let mut create = cmd("XGROUP");
        // From the first entry on: what was pushed meanwhile counts. MKSTREAM: nothing may have been pushed.
        create.arg("CREATE").arg(&self.stream).arg(keys::GROUP).arg("0").arg("MKSTREAM");
        match self.link.ask::<()>(&create).await {
            Err(error) if error.code() != Some("BUSYGROUP") => self.trouble.failed("creating the group", &error),
            _ => {}
        }
    }

    /// The same for a part that can do nothing without Redis: waits a little, or breaks at the end.
    async fn stumbled(&self, doing: &str, error: &RedisError) -> ControlFlow<()> {
        self.failed(doing, error).await;
        let wait = if error.code() == Some("NOGROUP") { Duration::ZERO } else { Duration::from_millis(300) };
        match self.ending.run_until_cancelled(tokio::time::sleep(wait)).await {
            Some(()) => ControlFlow::Continue(()),
            None => ControlFlow::Break(()),
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Arc<str>, bool>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
