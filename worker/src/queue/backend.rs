//! What apalis asks of a backend: where jobs come from, and a layer that learns how they ended.
//!
//! apalis ends a worker at the first error of its backend, so this one has none: whatever happens to Redis is
//! dealt with in [`Consumer`].

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::worker::context::WorkerContext;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::consumer::Consumer;
use super::verdicts::Outcome;
use super::{Delivery, Verdict};

/// A job on its way from Redis to its run.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) delivery: Delivery,
    pub(super) receipt: Receipt,
    /// Free again when the run has ended.
    pub(super) slot: Option<OwnedSemaphorePermit>,
    /// A suspect's turn, when it was taken over from a dead worker.
    pub(super) turn: Option<OwnedSemaphorePermit>,
}

/// Which job a note is about.
#[derive(Debug, Clone)]
pub(super) struct Receipt {
    /// The stream's id of the entry.
    pub(super) entry: Arc<str>,
    /// The job's id.
    pub(super) job: Arc<str>,
    /// Runs that failed before this one.
    pub(super) failures: u32,
}

/// Something to write down in Redis.
#[derive(Debug)]
pub(super) enum Note {
    /// The job runs.
    Started(Receipt),
    /// Its run gave a verdict, with this consequence.
    Ended(Receipt, Outcome),
}

/// The jobs of one queue, as apalis sees them.
pub(super) struct Streams {
    consumer: Arc<Consumer>,
    /// Shared, because apalis builds its workers by a factory that it could call again.
    inbox: Arc<Mutex<mpsc::Receiver<Fetched>>>,
    notes: mpsc::UnboundedSender<Note>,
    /// Tells [`super::serve`] when apalis lets go of us, for whatever reason.
    _alive: DropGuard,
}

impl Streams {
    pub(super) fn new(
        consumer: Arc<Consumer>,
        inbox: Arc<Mutex<mpsc::Receiver<Fetched>>>,
        notes: mpsc::UnboundedSender<Note>,
        ending: CancellationToken,
    ) -> Self {
        Self { consumer, inbox, notes, _alive: ending.drop_guard() }
    }
}

impl Backend for Streams {
    type Task = Task<Fetched>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Option<Result<Task<Fetched>, Infallible>>> {
        let fetched = ready!(self.inbox.lock().unwrap_or_else(PoisonError::into_inner).poll_recv(cx));
        // No more jobs come once we are stopping. "None" would have apalis wait for a stop that it has not seen.
        let Some(fetched) = fetched else {
            return Poll::Pending;
        };
        drop(self.notes.send(Note::Started(fetched.receipt.clone())));
        Poll::Ready(Some(Ok(TaskBuilder::new(fetched).build())))
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        // Verdicts are flushed, and the rest is handed back, when all workers have ended: see `super::finish`.
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for Streams {
    type Args = Fetched;
    type Id = ();
    type Kind = Ephemeral;
    type Config = ();
    type Layer = VerdictLayer;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> VerdictLayer {
        VerdictLayer { consumer: self.consumer.clone(), notes: self.notes.clone() }
    }
}

/// Learns how each run ended and notes it.
#[derive(Clone)]
pub(super) struct VerdictLayer {
    consumer: Arc<Consumer>,
    notes: mpsc::UnboundedSender<Note>,
}

impl<S> tower::Layer<S> for VerdictLayer {
    type Service = VerdictService<S>;

    fn layer(&self, inner: S) -> VerdictService<S> {
        VerdictService { inner, layer: self.clone() }
    }
}

/// [`VerdictLayer`] around a service that runs jobs.
pub(super) struct VerdictService<S> {
    inner: S,
    layer: VerdictLayer,
}

impl<S> tower::Service<Task<Fetched>> for VerdictService<S>
where
    S: tower::Service<Task<Fetched>, Response = Verdict, Error = BoxDynError>,
    S::Future: Send + 'static,
{
    type Response = ();
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<(), BoxDynError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut task: Task<Fetched>) -> Self::Future {
        let receipt = task.args.receipt.clone();
        let slot = task.args.slot.take();
        let VerdictLayer { consumer, notes } = self.layer.clone();
        let run = self.inner.call(task);
        async move {
            let verdict = run.await.unwrap_or_else(|error| {
                tracing::error!(job = %receipt.job, "the job's run broke off: {error}");
                Verdict::Retry { after: None }
            });
            let outcome = consumer.judged(&receipt, verdict);
            drop(notes.send(Note::Ended(receipt, outcome)));
            drop(slot);
            Ok(())
        }
        .boxed()
    }
}
