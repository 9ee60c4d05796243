//! The consuming side of the queue: apalis workers on a backend of our own over Redis Streams. The push side and
//! the wire form are [`common::queue`].
//!
//! # Contract
//! - Each job that was pushed is handed to [`Process::process`] until a run gives its [`Verdict`]. Two runs of
//!   one job may overlap when a worker stands still for longer than its lease: the claim row in Postgres is the
//!   fence, and what the loser says of the job is void.
//! - **Leases**: while a job runs its lease is renewed, so it may take any time. A worker that dies loses its
//!   jobs to the others after [`Options::lease`] and at most half of that again.
//! - **Suspects**: a job that was handed out before without a verdict may be what killed its worker. One at a
//!   time is run in a process, alone for as long as it takes a bad job to do harm. [`Delivery::deliveries`]
//!   counts; who processes it parks it when that is too many.
//! - **Later**: retries, deferred and delayed jobs wait in a sorted set, by Redis's clock.
//! - **Not for us**: a job that this worker does not know waits in a set of its own, where it is counted, until a
//!   newer worker comes. What no producer of ours wrote is moved into a bounded quarantine, with the reason.
//! - **Outages** (of anything a job needs) spend no attempt: the queue rests, then tries one job at a time until
//!   one gives another verdict. Redis itself may be down, hung, loading, read-only, full or wiped for any time:
//!   nothing here ends, and a line in the log each half minute says so.
//! - **Stop**: nothing more is fetched, running jobs get [`Options::grace`] to finish, the rest is handed back
//!   uncounted and at once. [`serve`] returns within ten seconds.
//!
//! # Parts, per queue
//! `fetch` waits at the stream and asks for as many jobs as there are free slots; `leases` keeps our jobs and takes
//! over dead workers' ones. apalis takes them and has `verdicts` run them, past the `quarantine`;
//! there it is written down, in batches, how runs ended, and jobs that are due are moved into the stream. `health` is
//! how outages are borne. All steps in Redis are the scripts beside this file.

mod consumer;
mod fetch;
mod health;
mod leases;
mod quarantine;
mod verdicts;

use std::convert::Infallible;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use apalis::layers::WorkerBuilderExt;
use apalis::prelude::{Monitor, ParallelizeExt, WorkerBuilder};
use chrono::{DateTime, Utc};
use common::job::{JobId, Queue};
use common::queue::health::Reason;
use futures_util::future::join_all;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use secrecy::SecretString;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

use self::consumer::{Consumer, Shared};
use self::fetch::Fetched;

/// One job, handed out to be run.
#[derive(Debug)]
pub struct Delivery {
    /// The job's id; `None` for an entry of the stream that no producer of ours wrote.
    pub id: Option<JobId>,
    /// The queue it came from.
    pub queue: Queue,
    /// The envelope as it was pushed: JSON, unless somebody else wrote it.
    pub envelope: Vec<u8>,
    /// Since when it could run, by Redis's clock: when it was pushed, and for a parked job when it was pushed again.
    /// Not signed; where an entry does not say, long ago.
    pub since: DateTime<Utc>,
    /// How many runs have asked for a retry.
    pub failures: u32,
    /// How many times it was handed out since the last verdict, this time included. More than one: a worker died
    /// or stood still while it held the job.
    pub deliveries: u32,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The result row (`termine`, `rejete` or `echoue`) is committed: the job leaves the queue.
    Done,
    /// It failed and is to be tried again, by default after a back-off that grows with its failures, up to ten
    /// minutes.
    Retry {
        /// When something else knows better: not before this.
        after: Option<Duration>,
    },
    /// Not yet: tried again after this time, and not counted as a failure.
    Defer {
        /// How long to wait.
        after: Duration,
    },
    /// Of a kind or version that this worker does not know: it waits, to be seen, for a newer one. No failure.
    Unknown {
        /// When it is tried again.
        after: Duration,
    },
    /// No producer of ours wrote it: it leaves the queue, and is kept in quarantine.
    Refused(Reason),
    /// Something that the job needs is down. No failure of the job: the whole queue rests and comes back to it.
    Unavailable,
}

/// What is done with each job.
pub trait Process: Send + Sync + 'static {
    /// Runs one job. A panic is a failed run.
    fn process(&self, delivery: Delivery) -> impl Future<Output = Verdict> + Send;
}

/// How the queues are served.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Jobs that run at once, per queue.
    pub concurrency: usize,
    /// How long a job stays with a worker that no longer renews it.
    pub lease: Duration,
    /// How long running jobs may finish once the worker is to stop.
    pub grace: Duration,
    /// How long a suspect is given the whole process: first to let the others finish, then to run alone.
    pub alone: Duration,
}

impl Options {
    /// What production runs with.
    #[must_use]
    pub const fn new(concurrency: usize) -> Self {
        Self {
            concurrency,
            lease: Duration::from_secs(6),
            grace: Duration::from_secs(8),
            alone: Duration::from_secs(2),
        }
    }
}

/// Runs jobs of every queue until `stop`. Redis may be absent now, and come and go later.
///
/// # Errors
/// When a worker ends by itself, which nothing should make it do, or Redis is older than 6.2: the process is to
/// end with it.
pub async fn serve<P: Process>(
    process: Arc<P>,
    redis_url: &SecretString,
    options: Options,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    // Cancelled by `stop`, and by whatever part ends before it.
    let ending = stop.child_token();
    let shared = Arc::new(Shared::new(redis_url, options, ending.clone())?);
    shared.await_redis().await?;

    let mut monitor = Monitor::new().with_terminator(async move { tokio::time::sleep(options.grace).await });
    let mut parts = JoinSet::new();
    let mut consumers = Vec::new();
    for queue in Queue::ALL {
        let consumer = Arc::new(Consumer::new(queue, shared.clone()));
        consumer.create_group().await;
        // Bounded by the slots, and by the suspects' turn.
        let (hand_out, inbox) = mpsc::unbounded_channel();
        let (notes, book) = mpsc::unbounded_channel();
        for part in [
            consumer.clone().fetch(hand_out.clone()).boxed(),
            consumer.clone().keep(hand_out).boxed(),
            consumer.clone().promote().boxed(),
            consumer.clone().conclude(book).boxed(),
        ] {
            let alive = ending.clone().drop_guard();
            parts.spawn(part.map(|()| drop(alive)));
        }
        consumers.push(consumer.clone());

        let (inbox, process, ending) = (Arc::new(Mutex::new(inbox)), process.clone(), ending.clone());
        monitor = monitor.register(move |_| {
            let (consumer, process, notes) = (consumer.clone(), process.clone(), notes.clone());
            WorkerBuilder::new(format!("{}-{}", queue.as_str(), consumer.shared.name))
                .backend(backend(inbox.clone(), ending.clone().drop_guard()))
                .parallelize(tokio::spawn)
                // The fetcher keeps to the limit; this is for the suspect that comes on top.
                .concurrency(options.concurrency + 1)
                .build(move |fetched: Fetched| {
                    let (consumer, process, notes) = (consumer.clone(), process.clone(), notes.clone());
                    async move { consumer.run(&*process, fetched, &notes).map(Ok::<_, Infallible>).await }
                })
        });
    }

    let monitored = monitor.run_with_signal(ending.cancelled_owned().map(Ok)).await;
    shared.closed.cancel();
    let parted = finish(parts, &consumers).await;
    monitored.context("the queue's workers")?;
    parted.context("a part of the queue panicked")?;
    anyhow::ensure!(stop.is_cancelled(), "a worker of the queue ended by itself");
    Ok(())
}

/// What apalis asks for: jobs. It ends a worker at the first error of its backend, so there are none; and at an end it
/// would wait for a stop that it has not seen. `alive` tells when it lets go of us, for whatever reason. The inbox is
/// shared, because workers are built by a factory that could be called again.
fn backend(
    inbox: Arc<Mutex<UnboundedReceiver<Fetched>>>,
    alive: DropGuard,
) -> BoxStream<'static, Result<Fetched, Infallible>> {
    let jobs = stream::poll_fn(move |cx| inbox.lock().unwrap_or_else(PoisonError::into_inner).poll_recv(cx));
    jobs.chain(stream::pending())
        .map(move |fetched| {
            let _ = &alive;
            Ok(fetched)
        })
        .boxed()
}

/// Writes down what is still to be written, then hands back what is left. Both are bounded: with Redis away there
/// is nothing to wait for, and leases run out by themselves.
async fn finish(mut parts: JoinSet<()>, consumers: &[Arc<Consumer>]) -> Result<(), JoinError> {
    const PATIENCE: Duration = Duration::from_millis(800);
    let all_parts = async {
        while let Some(part) = parts.join_next().await {
            part?;
        }
        Ok(())
    };
    let flushed = tokio::time::timeout(PATIENCE, all_parts).await;
    let hand_back = join_all(consumers.iter().map(|consumer| consumer.hand_back()));
    let handed_back = tokio::time::timeout(PATIENCE, hand_back).await;
    if flushed.is_err() || handed_back.is_err() {
        tracing::warn!("Redis does not answer: other workers take over once the leases have run out");
    }
    flushed.unwrap_or(Ok(()))
}
