//! A Stripe that stands on this machine: Checkout Sessions, the hosted page, events, signed webhooks, and the
//! faults of all these.

mod acts;
mod api;
mod catalogue;
mod control;
mod core;
mod create;
mod currency;
mod dispute;
mod door;
mod error;
mod fault;
mod form;
mod intents;
mod lists;
mod means;
mod objects;
mod pages;
mod param;
mod payment;
mod refund;
mod server;
mod state;
mod table;
mod views;
mod webhook;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get};
use serde_json::Value;
use tokio::net::TcpListener;

pub use self::core::{Options, Requete};
pub use self::fault::{FauteApi, FauteWebhook, Fautes, GenreApi, GenreWebhook};
pub use self::payment::Moyen;
pub use self::state::{Attempt, Outcome};
pub use self::views::{LivraisonVue, SessionVue};
pub use self::webhook::{Endpoint, signature};

use self::core::Core;
use self::error::StripeError;
use self::refund::Wanted;
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
        core.spawn(server::serve(Arc::clone(&core), listener, address, router(Arc::clone(&core))));
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
        self.core.set_faults(faults);
    }

    /// Closes the port: connections end, new ones are refused, until [`Self::open_port`].
    pub async fn close_port(&self) {
        self.core.open_port(false).await;
    }

    /// Opens the port again.
    pub async fn open_port(&self) {
        self.core.open_port(true).await;
    }

    /// Forgets all idempotency keys, as Stripe may when they are older than 24 h.
    pub fn forget_keys(&self) {
        self.core.change(|state| state.keys.clear());
    }

    /// The last requests to the API (a thousand at most), oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Requete> {
        self.core.requests()
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
        self.core.made(|state| payment::settle_debit(state, base, id, honoured)).map_err(plain)
    }

    /// Lets the time of an open session be over.
    ///
    /// # Errors
    /// When the session is not open.
    pub fn expire(&self, id: &str) -> Result<()> {
        let base = &self.core.base;
        self.core.made(|state| payment::expire(state, base, id, state::Origin::default())).map_err(plain)
    }

    /// Gives money of a paid session back: `amount` minor units, or all that is left. A card's refund is done at
    /// once, a debit's is pending. Gives the refund's id.
    ///
    /// # Errors
    /// When there is not that much to give back.
    pub fn refund(&self, id: &str, amount: Option<i64>) -> Result<String> {
        self.core.refund(id, Wanted { amount, ..Wanted::default() }).map_err(plain)
    }

    /// The same, pending until it is settled.
    ///
    /// # Errors
    /// When there is not that much to give back.
    pub fn refund_slowly(&self, id: &str, amount: Option<i64>) -> Result<String> {
        self.core.refund(id, Wanted { amount, pending: true, ..Wanted::default() }).map_err(plain)
    }

    /// The bank's answer to a refund: it arrived, or it came back (also one that had succeeded).
    ///
    /// # Errors
    /// When there is no such refund, or it is settled.
    pub fn settle_refund(&self, refund: &str, arrived: bool) -> Result<()> {
        self.core.made(|state| refund::settle(state, refund, arrived)).map_err(plain)
    }

    /// The payer's bank takes the money of a paid session back; with `inquiry` it only asks. The dispute's id.
    ///
    /// # Errors
    /// When the session is not paid, or was disputed already.
    pub fn dispute(&self, id: &str, amount: Option<i64>, inquiry: bool) -> Result<String> {
        self.core.dispute(id, amount, inquiry).map_err(plain)
    }

    /// The end of a dispute.
    ///
    /// # Errors
    /// When there is no such dispute, or it is closed.
    pub fn close_dispute(&self, dispute: &str, won: bool) -> Result<()> {
        self.core.made(|state| dispute::end(state, dispute, won, &state::Origin::default())).map_err(plain)
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
        .merge(pages::routes())
        .route("/c/pay/{id}", get(pages::show).post(pages::choose))
        .route("/v1/{*path}", any(door::enter))
        .merge(control::routes())
        .layer(DefaultBodyLimit::max(1 << 20))
        .with_state(core)
}
