//! What the doors of the simulator share: its memory, its settings, its tasks.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::fault::Fautes;
use super::payment;
use super::state::State;
use super::webhook::Endpoint;
use crate::place;

/// How the simulator behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port to take if it is free; else, or without one, any free port.
    pub port: Option<u16>,
    /// Where events are sent from the start.
    pub webhook: Option<Endpoint>,
    /// The waits between the tries of a delivery; after the last it is given up.
    pub retries: Vec<Duration>,
    /// How long the endpoint may take to answer.
    pub webhook_timeout: Duration,
    /// How long the hosted page waits for the endpoint before it sends the payer back.
    pub page_wait: Duration,
    /// A file that keeps what happened from one start to the next.
    pub file: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let retries = [1, 2, 4, 8, 15, 30, 60, 120, 300, 600].map(Duration::from_secs).to_vec();
        Self {
            port: None,
            webhook: None,
            retries,
            webhook_timeout: Duration::from_secs(10),
            page_wait: Duration::from_secs(10),
            file: None,
        }
    }
}

/// How many requests are remembered.
const REQUESTS_KEPT: usize = 1000;

/// A request to the API that had a good key.
#[derive(Clone, Debug, Serialize)]
pub struct Requete {
    /// `GET`, `POST`.
    pub methode: String,
    /// `/v1/…`, without the query.
    pub chemin: String,
    /// The idempotency key.
    pub cle: Option<String>,
    /// The parameters: texts, and lists and objects of them.
    pub params: Value,
}

pub(crate) struct Core {
    pub(crate) options: Options,
    /// `http://127.0.0.1:port`, without a slash at the end.
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    state: Mutex<State>,
    endpoint: Mutex<Option<Endpoint>>,
    faults: Mutex<Fautes>,
    /// Events that wait to be sent in another order: their ids and types.
    held: Mutex<Vec<(String, String)>>,
    requests: Mutex<VecDeque<Requete>>,
    /// Whether the port is to be open, and whether it is.
    pub(crate) wanted_open: watch::Sender<bool>,
    pub(crate) is_open: watch::Sender<bool>,
    changed: Notify,
    tasks: TaskTracker,
    pub(crate) ending: CancellationToken,
}

impl Core {
    pub(crate) fn new(options: Options, base: String) -> Result<Arc<Self>> {
        let state = match options.file.as_ref().map(std::fs::read) {
            Some(Ok(text)) => serde_json::from_slice(&text).context("the simulator's file cannot be read")?,
            _ => State::default(),
        };
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let core = Arc::new(Self {
            base,
            http,
            state: Mutex::new(state),
            endpoint: Mutex::new(options.webhook.clone()),
            faults: Mutex::default(),
            held: Mutex::default(),
            requests: Mutex::default(),
            wanted_open: watch::Sender::new(true),
            is_open: watch::Sender::new(true),
            changed: Notify::new(),
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
            options,
        });
        core.resume_deliveries();
        let expiring = Arc::clone(&core);
        core.spawn(async move { expiring.expire_as_time_goes_by().await });
        if core.options.file.is_some() {
            let keeping = Arc::clone(&core);
            core.spawn(async move { keeping.keep().await });
        }
        Ok(core)
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&locked(&self.state))
    }

    pub(crate) fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let done = act(&mut locked(&self.state));
        self.changed.notify_one();
        done
    }

    pub(crate) fn endpoint(&self) -> Option<Endpoint> {
        locked(&self.endpoint).clone()
    }

    pub(crate) fn set_endpoint(&self, endpoint: Option<Endpoint>) {
        *locked(&self.endpoint) = endpoint;
    }

    pub(crate) fn faults<T>(&self, act: impl FnOnce(&mut Fautes) -> T) -> T {
        act(&mut locked(&self.faults))
    }

    /// Puts other faults in place of those in force.
    pub(crate) fn set_faults(self: &Arc<Self>, faults: Fautes) {
        self.faults(|current| *current = faults);
        self.release(self.held(std::mem::take));
    }

    pub(crate) fn held<T>(&self, act: impl FnOnce(&mut Vec<(String, String)>) -> T) -> T {
        act(&mut locked(&self.held))
    }

    /// The last requests to the API, oldest first.
    pub(crate) fn requests(&self) -> Vec<Requete> {
        locked(&self.requests).iter().cloned().collect()
    }

    pub(crate) fn note(&self, request: Requete) {
        let mut requests = locked(&self.requests);
        if requests.len() == REQUESTS_KEPT {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    /// Opens or closes the port, and waits until it is so.
    pub(crate) async fn open_port(&self, open: bool) {
        self.wanted_open.send_replace(open);
        // It fails only when the sender is gone, and that is part of `self`.
        drop(self.is_open.subscribe().wait_for(|is_open| *is_open == open).await);
    }

    /// Runs a task that ends with the simulator.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let ending = self.ending.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = task => {}
                () = ending.cancelled() => {}
            }
        });
    }

    /// Ends all tasks and writes the file one last time.
    pub(crate) async fn end(&self) -> Result<()> {
        self.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.write_file()
    }

    async fn expire_as_time_goes_by(self: Arc<Self>) {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        loop {
            tick.tick().await;
            let events = payment::expire_due(&mut locked(&self.state), &self.base);
            if !events.is_empty() {
                self.changed.notify_one();
                drop(self.dispatch(&events));
            }
        }
    }

    async fn keep(self: Arc<Self>) {
        loop {
            self.changed.notified().await;
            if let Err(error) = self.write_file() {
                tracing::error!("the simulator's file: {error:#}");
            }
            // A burst of changes is written together.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn write_file(&self) -> Result<()> {
        let Some(file) = &self.options.file else {
            return Ok(());
        };
        let text = self.read(serde_json::to_string)?;
        place::write_atomically(file, &text)
    }
}

/// A task that panicked while it held the lock changes nothing for the others.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
