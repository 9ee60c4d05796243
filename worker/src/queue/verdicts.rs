//! What becomes of a job after its run.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use common::queue::health::{QUARANTINE_MAX, Reason};
use common::queue::{DONE_CHANNEL, has_code, keys};
use redis::{RedisResult, Script};
use tokio::sync::mpsc;

use super::Verdict;
use super::backend::{Note, Receipt};
use super::consumer::{BATCH, Consumer, millis};
use super::health::back_off;

static CONCLUDE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("conclude.lua")));
static PROMOTE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("promote.lua")));
static HAND_BACK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("hand_back.lua")));

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
        /// Among those that no worker knows.
        unknown: bool,
    },
    /// It goes into quarantine.
    Refused(Reason),
}

impl Consumer {
    /// Takes a verdict's consequences for the queue as a whole, and says what is to be done with the job.
    pub(super) fn judged(&self, receipt: &Receipt, verdict: Verdict) -> Outcome {
        if let Some(ended) = self.held().get_mut(&receipt.entry) {
            *ended = true;
        }
        let queue = self.queue.as_str();
        if verdict != Verdict::Unavailable && self.pace.works() {
            tracing::info!(queue, "what was unavailable is back: the queue goes on");
        }
        let failures = receipt.failures;
        match verdict {
            Verdict::Done => Outcome::Done,
            Verdict::Retry { after } => {
                let after = after.unwrap_or_else(|| back_off(failures));
                Outcome::Later { failures: failures.saturating_add(1), after, unknown: false }
            }
            Verdict::Defer { after } => Outcome::Later { failures, after, unknown: false },
            Verdict::Unknown { after } => Outcome::Later { failures, after, unknown: true },
            Verdict::Refused(reason) => Outcome::Refused(reason),
            Verdict::Unavailable => {
                if self.pace.is_well() {
                    tracing::warn!(queue, "a job needs what is unavailable: the queue rests");
                }
                Outcome::Later { failures, after: self.pace.outage(), unknown: false }
            }
        }
    }

    /// Writes notes down, as many at once as have gathered, until no one is left to make any.
    pub(super) async fn conclude(self: Arc<Self>, mut notes: mpsc::UnboundedReceiver<Note>) {
        let mut batch = Vec::with_capacity(BATCH);
        while notes.recv_many(&mut batch, BATCH).await > 0 {
            while let Err(error) = self.conclude_batch(&batch).await {
                self.failed("writing down verdicts", &error).await;
                // Redis was wiped: there is nothing left to conclude.
                if has_code(&error, "NOGROUP") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
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
        call.key(&self.delayed).key(keys::unknown(self.queue)).key(keys::quarantine(self.queue));
        call.arg(&[keys::GROUP, &self.name, DONE_CHANNEL]).arg(QUARANTINE_MAX);
        let mut any = false;
        for note in batch {
            let nothing = String::new();
            let (receipt, word, detail, after) = match note {
                // No need to say that a job has started when it has ended meanwhile.
                Note::Started(receipt) if self.held().get(&receipt.entry) != Some(&false) => continue,
                Note::Started(receipt) => (receipt, "start", nothing, Duration::ZERO),
                Note::Ended(receipt, Outcome::Done) => (receipt, "done", nothing, Duration::ZERO),
                Note::Ended(receipt, Outcome::Later { failures, after, unknown }) => {
                    (receipt, if *unknown { "unknown" } else { "later" }, failures.to_string(), *after)
                }
                Note::Ended(receipt, Outcome::Refused(reason)) => {
                    (receipt, "refuse", reason.as_str().to_owned(), Duration::ZERO)
                }
            };
            any = true;
            call.key(keys::record(self.queue, &receipt.job));
            call.arg(&[&*receipt.entry, &*receipt.job, word, &detail]).arg(millis(after));
        }
        if any { self.link.run(&call).await } else { Ok(()) }
    }

    /// Gives back all that this worker holds, and forgets the worker.
    pub(super) async fn hand_back(&self) {
        let mut call = HAND_BACK.key(&self.stream);
        call.arg(&[keys::GROUP, &self.name, &keys::record(self.queue, "")]);
        match self.link.run::<u64>(&call).await {
            Ok(0) => {}
            Ok(jobs) => tracing::info!(queue = self.queue.as_str(), jobs, "handed back"),
            Err(error) => self.failed("handing back jobs", &error).await,
        }
    }

    /// Moves jobs that are due into the stream. Sleeps until the next is, and at most a second: another process
    /// may have put off a job that is due before.
    pub(super) async fn promote(self: Arc<Self>) {
        const LONGEST: Duration = Duration::from_secs(1);
        while !self.ending.is_cancelled() {
            let mut call = PROMOTE.key(&self.stream);
            call.key(&self.delayed)
                .key(keys::unknown(self.queue))
                .arg(BATCH)
                .arg(keys::record(self.queue, ""));
            let moved: RedisResult<(usize, i64)> = self.link.run(&call).await;
            let wait = match moved {
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
}
