//! What every handler may use.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use common::failpoint::setting;
use common::lien::PublicUrl;
use common::queue::Producer;
use common::settings::{EdgeSettings, SettingError};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::queries::Liens;
use crate::store::Store;
use crate::waiting::Waiting;

/// How long a request waits for a connection to Postgres: a page must say 503 while its reader still looks.
const ACQUIRE_MAX: Duration = Duration::from_secs(2);
/// Connections to Postgres at once, and those that are kept when nobody asks: a page asks for its parts side by side, and
/// opening a connection takes longer than most answers.
const CONNECTIONS_MAX: u32 = 16;
const CONNECTIONS_KEPT: u32 = 8;
/// The longest that one SELECT may run, in milliseconds.
const STATEMENT_MAX: &str = "5000";

/// The edge: settings, connections and clock. Clones are one and the same.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What [`App`] derefs to.
pub struct Inner {
    /// Postgres, to SELECT.
    pub pool: PgPool,
    /// The queue's push side.
    pub producer: Producer,
    /// Sessions and limits.
    pub store: Store,
    /// Requests that wait for a job.
    pub waiting: Waiting,
    /// Opens sealed tokens and builds the links that their owners may see.
    pub liens: Liens,
    /// The root of every link.
    pub public_url: PublicUrl,
    /// The webhook's secrets, none of them blank; empty: the endpoint is closed.
    pub webhook_secrets: Vec<SecretString>,
    /// Whether `/styleguide` is served.
    pub styleguide: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The `Content-Security-Policy` of every answer.
    pub csp: String,
    /// Password hashes that may be computed at once: each takes 19 MiB and a core.
    pub hashing: Semaphore,
    /// Stripe's events that may be in memory at once: each takes up to a megabyte.
    pub events: Semaphore,
    /// What is counted for those who operate this.
    pub metrics: Metrics,
    /// Cancelled when the process is to end: whoever waits answers.
    pub stop: CancellationToken,
    clock: fn() -> DateTime<Utc>,
}

impl App {
    /// Takes the settings. Connects to nothing yet: Postgres and Redis may be absent and come later. Must
    /// be called within a Tokio runtime.
    pub fn new(settings: &EdgeSettings) -> Result<Self, SettingError> {
        Self::with_clock(settings, system_clock)
    }

    /// Like [`Self::new`], with a clock of the caller's.
    pub fn with_clock(settings: &EdgeSettings, clock: fn() -> DateTime<Utc>) -> Result<Self, SettingError> {
        let redis = |_| SettingError { name: "REDIS_URL", problem: "is no redis:// URL".into() };
        let shared = &settings.shared;
        Ok(Self(Arc::new(Inner {
            pool: pool(&settings.edge_database_url)?,
            producer: Producer::connect(&shared.redis_url).map_err(redis)?,
            store: Store::new(&shared.redis_url).map_err(redis)?,
            waiting: Waiting::new(&shared.redis_url).map_err(redis)?,
            liens: Liens { sealer: shared.sealer()?, public_url: shared.public_url.clone() },
            public_url: shared.public_url.clone(),
            webhook_secrets: settings.webhook_secrets()?,
            styleguide: settings.styleguide,
            trusted_proxies: settings.trusted_proxies.0.clone(),
            csp: crate::headers::csp(&shared.stripe_api_base),
            hashing: Semaphore::new(2),
            events: Semaphore::new(64),
            metrics: Metrics::default(),
            stop: CancellationToken::new(),
            clock,
        })))
    }

    /// The time of this request.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

fn pool(url: &SecretString) -> Result<PgPool, SettingError> {
    let wrong = |_| SettingError { name: "EDGE_DATABASE_URL", problem: "is no postgres:// URL".into() };
    let options: PgConnectOptions = url.expose_secret().parse().map_err(wrong)?;
    let options = options.application_name("guichet-edge").options([("statement_timeout", STATEMENT_MAX)]);
    let pool = PgPoolOptions::new().min_connections(CONNECTIONS_KEPT).max_connections(CONNECTIONS_MAX);
    Ok(pool.acquire_timeout(ACQUIRE_MAX).connect_lazy_with(options))
}

#[expect(clippy::disallowed_methods, reason = "the one place where the edge reads the system's clock")]
fn system_clock() -> DateTime<Utc> {
    Utc::now() + TimeDelta::seconds(setting("CLOCK_OFFSET_S").unwrap_or(0))
}
