//! A Stripe that stands on this machine: Checkout Sessions, the hosted page, events, signed webhooks, and the
//! faults of all these.

mod api;
mod control;
mod core;
mod create;
mod currency;
mod door;
mod error;
mod fault;
mod form;
mod lists;
mod objects;
mod pages;
mod payment;
mod server;
mod state;
mod webhook;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use self::control::{LivraisonVue, SessionVue};
pub use self::core::Options;
pub use self::fault::{FauteApi, FauteWebhook, Fautes, GenreApi, GenreWebhook};
pub use self::payment::Moyen;
pub use self::state::{Attempt, Outcome};
pub use self::webhook::{Endpoint, signature};

use self::core::Core;
use self::error::StripeError;
use crate::place;

/// A running simulator, in this process; dropped, it ends.
pub struct Simulateur {
    core: Arc<Core>,
    address: SocketAddr,
}

impl std::fmt::Debug for Simulateur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulateur").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Simulateur {
    /// Starts it on the loopback. Its tasks run in the current tokio runtime.
    ///
    /// # Errors
    /// When there is no port, or the file of an earlier run cannot be read.
    pub async fn start(options: Options) -> Result<Self> {
        let port = place::free_port(options.port)?;
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.context("the simulator's port")?;
        let address = listener.local_addr()?;
        let core = Core::new(options, format!("http://{address}"))?;
        core.spawn(server::serve(Arc::clone(&core), listener, router(Arc::clone(&core))));
        Ok(Self { core, address })
    }

    /// For `STRIPE_API_BASE`: `http://127.0.0.1:port`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.core.base
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where events are sent from now on, also those that wait for another try; `None`: nowhere.
    pub fn set_webhook(&self, endpoint: Option<Endpoint>) {
        self.core.set_endpoint(endpoint);
    }

    /// The faults from now on, in place of those before.
    pub fn set_faults(&self, faults: Fautes) {
        self.core.faults(|current| *current = faults);
    }

    /// All sessions, oldest first.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionVue> {
        self.core.read(|state| {
            state.sessions.rows().iter().map(|session| SessionVue::of(session, &self.core.base)).collect()
        })
    }

    /// One session.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn session(&self, id: &str) -> Result<SessionVue> {
        self.core.session(id).map_err(plain)
    }

    /// Pays as the hosted page's button does, and waits as that page does for the webhook's answer.
    ///
    /// # Errors
    /// When the session is not open or does not take that means.
    pub async fn pay(&self, id: &str, moyen: Moyen) -> Result<SessionVue> {
        pages::pay(&self.core, id, moyen).await.map_err(plain)?;
        self.session(id)
    }

    /// The bank's answer to a debit; without `honoured`, the one that the payer's button announced.
    ///
    /// # Errors
    /// When no debit of that session is under way.
    pub fn settle_debit(&self, id: &str, honoured: Option<bool>) -> Result<()> {
        let base = &self.core.base;
        self.made(self.core.change(|state| payment::settle_debit(state, base, id, honoured)))
    }

    /// Lets the time of an open session be over.
    ///
    /// # Errors
    /// When the session is not open.
    pub fn expire(&self, id: &str) -> Result<()> {
        let base = &self.core.base;
        self.made(self.core.change(|state| payment::expire(state, base, id, state::Origin::default())))
    }

    /// Gives money of a paid session back: `amount` minor units, or all that is left.
    ///
    /// # Errors
    /// When there is not that much to give back.
    pub fn refund(&self, id: &str, amount: Option<i64>) -> Result<()> {
        self.made(self.core.change(|state| {
            let intent = state.sessions.get(id)?.intent.clone().unwrap_or_default();
            let (_, events) = payment::refund(state, &intent, amount, &json!({}), &state::Origin::default())?;
            Ok(events)
        }))
    }

    /// All events of a type, oldest first, as Stripe's API shows them.
    #[must_use]
    pub fn events(&self, kind: &str) -> Vec<Value> {
        self.core.read(|state| {
            state.events.rows().iter().filter(|event| event.kind == kind).map(objects::event).collect()
        })
    }

    /// Makes an event of any type about any object, and sends it; its id.
    #[must_use]
    pub fn make_event(&self, kind: &str, object: Value) -> String {
        self.core.make_event(kind, object, None)
    }

    /// The same for an event of another time (seconds since 1970). The list still begins with what was made last.
    #[must_use]
    pub fn make_event_at(&self, kind: &str, object: Value, created: i64) -> String {
        self.core.make_event(kind, object, Some(created))
    }

    /// Sends an event `times` at once, whatever the faults, and waits for the first answer to each.
    ///
    /// # Errors
    /// When there is no such event, or nowhere to send it.
    pub async fn deliver(&self, event: &str, times: u32) -> Result<()> {
        self.core.deliver_again(event, times).await.map_err(plain)
    }

    /// All deliveries, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<LivraisonVue> {
        self.core.read(|state| state.deliveries.rows().iter().map(LivraisonVue::of).collect())
    }

    /// Ends it and writes its file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn stop(self) -> Result<()> {
        self.core.end().await
    }

    fn made(&self, events: error::Result<Vec<String>>) -> Result<()> {
        drop(self.core.dispatch(&events.map_err(plain)?));
        Ok(())
    }
}

impl Drop for Simulateur {
    fn drop(&mut self) {
        self.core.ending.cancel();
    }
}

/// Runs the simulator until a signal.
///
/// # Errors
/// As [`Simulateur::start`] and [`Simulateur::stop`].
pub async fn run(options: Options) -> Result<()> {
    let stop = crate::stop_signal()?;
    let simulateur = Simulateur::start(options).await?;
    crate::say(&format!("Simulateur de Stripe : {}/", simulateur.base()));
    stop.await;
    simulateur.stop().await
}

fn plain(error: StripeError) -> anyhow::Error {
    anyhow!(error.body())
}

fn router(core: Arc<Core>) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/sessions/{id}", post(pages::act))
        .route("/c/pay/{id}", get(pages::show).post(pages::choose))
        .route("/v1/{*path}", any(door::enter))
        .merge(control::routes())
        .layer(DefaultBodyLimit::max(1 << 20))
        .with_state(core)
}
