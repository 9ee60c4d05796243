//! A job's run, and what becomes of it after that.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use common::job::JobId;
use common::queue::health::QUARANTINE_MAX;
use common::queue::{DONE_CHANNEL, has_code, keys};
use futures_util::FutureExt;
use redis::{RedisResult, Script};
use tokio::sync::mpsc;

use super::consumer::{BATCH, Consumer, millis};
use super::fetch::Fetched;
use super::health::back_off;
use super::{Process, Verdict};

static CONCLUDE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("conclude.lua")));
static PROMOTE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("promote.lua")));
static HAND_BACK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("hand_back.lua")));

/// A verdict's consequence, to be written down in Redis: the words are those of `conclude.lua`.
#[derive(Debug)]
pub(super) struct Note {
    entry: Arc<str>,
    job: Option<JobId>,
    word: &'static str,
    /// Failed runs, or why the job was refused.
    detail: String,
    after: Duration,
}

impl Consumer {
    /// Runs a job and notes how that ended.
    pub(super) async fn run<P: Process>(
        &self,
        process: &P,
        fetched: Fetched,
        notes: &mpsc::UnboundedSender<Note>,
    ) {
        let Fetched { delivery, entry, slot: _slot, turn } = fetched;
        let (job, failures) = (delivery.id, delivery.failures);
        let _passage = self.shared.quarantine.enter(delivery.deliveries > 1, turn).await;
        let run = AssertUnwindSafe(process.process(delivery)).catch_unwind();
        let verdict = run.await.unwrap_or_else(|_| {
            tracing::error!(job = ?job, "the job's run broke off");
            Verdict::Retry { after: None }
        });
        let (word, detail, after) = self.judge(verdict, failures);
        drop(notes.send(Note { entry, job, word, detail, after }));
    }

    /// Takes a verdict's consequences for the queue as a whole, and says what is to be done with the job.
    fn judge(&self, verdict: Verdict, failures: u32) -> (&'static str, String, Duration) {
        let queue = self.queue.as_str();
        if verdict != Verdict::Unavailable && self.pace.works() {
            tracing::info!(queue, "what was unavailable is back: the queue goes on");
        }
        match verdict {
            Verdict::Done => ("done", String::new(), Duration::ZERO),
            Verdict::Refused(reason) => ("refuse", reason.as_str().to_owned(), Duration::ZERO),
            Verdict::Retry { after } => {
                let after = after.unwrap_or_else(|| back_off(failures));
                ("later", failures.saturating_add(1).to_string(), after)
            }
            Verdict::Defer { after } => ("later", failures.to_string(), after),
            Verdict::Unknown { after } => ("unknown", failures.to_string(), after),
            Verdict::Unavailable => {
                if self.pace.is_well() {
                    tracing::warn!(queue, "a job needs what is unavailable: the queue rests");
                }
                ("later", failures.to_string(), self.pace.outage())
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
                held.remove(&note.entry);
            }
        }
    }

    async fn conclude_batch(&self, batch: &[Note]) -> RedisResult<()> {
        let mut call = CONCLUDE.key(&self.stream);
        call.key(keys::delayed(self.queue)).key(keys::unknown(self.queue)).key(keys::quarantine(self.queue));
        call.arg(&[keys::GROUP, &self.shared.name, DONE_CHANNEL]).arg(QUARANTINE_MAX);
        for note in batch {
            let job = note.job.map_or_else(String::new, |job| job.to_string());
            call.key(keys::record(self.queue, &job));
            call.arg(&[&*note.entry, &job, note.word, &note.detail]).arg(millis(note.after));
        }
        self.shared.link.run(&call).await
    }

    /// Moves jobs that are due into the stream, five times a second.
    pub(super) async fn promote(self: Arc<Self>) {
        let ending = &self.shared.ending;
        while !ending.is_cancelled() {
            let mut call = PROMOTE.key(&self.stream);
            call.key(keys::delayed(self.queue)).key(keys::unknown(self.queue));
            call.arg(BATCH).arg(keys::record(self.queue, ""));
            match self.shared.link.run(&call).await {
                Ok(BATCH..) => continue,
                Ok(_) => {}
                Err(error) => self.failed("moving jobs that are due", &error).await,
            }
            ending.run_until_cancelled(tokio::time::sleep(Duration::from_millis(200))).await;
        }
    }

    /// Gives back all that this worker holds, and forgets the worker.
    pub(super) async fn hand_back(&self) {
        let mut call = HAND_BACK.key(&self.stream);
        call.arg(&[keys::GROUP, &self.shared.name, &keys::record(self.queue, "")]);
        match self.shared.link.run::<u64>(&call).await {
            Ok(0) => {}
            Ok(jobs) => tracing::info!(queue = self.queue.as_str(), jobs, "handed back"),
            Err(error) => self.failed("handing back jobs", &error).await,
        }
    }
}
