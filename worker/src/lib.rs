//! The worker: runs jobs from the queue against Postgres and Stripe. It alone writes.

pub mod boot;
pub mod courriel;
pub mod cx;
pub mod doctor;
pub mod engine;
pub mod integrations;
mod jobs;
pub mod metrics;
pub mod migrate;
pub mod paiement;
pub mod queue;
pub mod reconciliation;
pub mod utilisateur;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use common::failpoint::setting;
use common::settings::WorkerSettings;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::cx::Shared;
use crate::engine::Engine;
use crate::integrations::smtp::Smtp;
use crate::integrations::stripe::Stripe;
use crate::metrics::Metrics;

/// The process's clock, the only place that reads it.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock enters")]
pub fn clock() -> DateTime<Utc> {
    Utc::now() + TimeDelta::seconds(setting("CLOCK_OFFSET_S").unwrap_or(0))
}

/// A pool that connects when it is first needed, so that the process boots while Postgres is away.
///
/// A transaction that a frozen worker holds is ended by Postgres, so that the job can run elsewhere.
pub fn pool(database_url: &SecretString, connections: u32) -> anyhow::Result<PgPool> {
    let options: PgConnectOptions = database_url.expose_secret().parse().context("DATABASE_URL")?;
    let options = options.application_name("guichet-worker").options([
        ("idle_in_transaction_session_timeout", "15s"),
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
    ]);
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(5));
    Ok(pool.connect_lazy_with(options))
}

/// What the jobs of this process share.
pub fn share(settings: &WorkerSettings) -> anyhow::Result<Arc<Shared>> {
    let concurrency = usize::from(settings.worker_concurrency);
    // Each job holds at most one, so no queue waits for a connection while the others are busy. The others are for the
    // suspects that come on top, for what is announced at the start, and for each comparison of the books.
    let connections = u32::from(settings.worker_concurrency) * 3 + 6;
    let stripe = match settings.stripe_key()? {
        Some(key) => Some(Stripe::new(key, &settings.shared.stripe_api_base)?),
        None => None,
    };
    let smtp = match &settings.smtp_url {
        Some(url) => Some(Smtp::new(url, settings.mail_from.as_deref(), &settings.shared.public_url)?),
        None => None,
    };
    Ok(Arc::new(Shared {
        pool: pool(&settings.database_url, connections)?,
        sealer: settings.shared.sealer()?,
        public_url: settings.shared.public_url.clone(),
        stripe,
        smtp,
        stripe_calls: Semaphore::new((concurrency / 2).max(1)),
        metrics: Metrics::default(),
        now: clock,
    }))
}

/// Runs jobs until `stop`, then finishes or hands back what is in hand.
pub async fn run(settings: &WorkerSettings, stop: CancellationToken) -> anyhow::Result<()> {
    let shared = share(settings)?;
    if let Some(address) = settings.shared.metrics_addr {
        let (listener, shared) = (common::metrics::listen(address).await?, Arc::clone(&shared));
        tokio::spawn(common::metrics::serve(listener, move || ready(shared.metrics.text())));
    }
    let engine = Arc::new(Engine::new(Arc::clone(&shared)));
    // A set-up link must not wait for Redis, nor the queue for Postgres.
    let announce = boot::announce(Arc::clone(&shared), stop.clone());
    let courriels = tokio::spawn(courriel::serve(Arc::clone(&shared), stop.clone()));
    let every = Duration::from_secs(settings.reconcile_every.into());
    let watch = tokio::spawn(reconciliation::watch(shared, every, stop.clone()));
    let mut options = queue::Options::new(settings.worker_concurrency.into());
    if let Some(lease) = setting("LEASE_MS").map(Duration::from_millis) {
        (options.lease, options.alone) = (lease, lease / 3);
    }
    let serve = queue::serve(engine, &settings.shared.redis_url, options, stop.clone());
    let ended = tokio::select! {
        ended = serve => ended,
        // The server is too old for the schema: waiting does not help.
        Err(error) = announce => Err(error),
    };
    stop.cancel();
    watch.abort();
    // A mail that is in the mail server's hands is seen through.
    courriels.await?;
    ended
}
