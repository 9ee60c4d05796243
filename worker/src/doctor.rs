//! `worker doctor`: looks at all that the product stands on, and says in plain words what to do.

use std::time::Duration;

use chrono::{DateTime, Utc};
use common::jobs::ProcessStripeWebhook;
use common::settings::WorkerSettings;
use secrecy::ExposeSecret;
use sqlx::{Connection as _, PgConnection};

use crate::boot::LEAST_POSTGRES;
use crate::integrations::stripe::Stripe;

/// How long one thing is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How far two clocks may be apart: Stripe's signatures are believed for five minutes.
const SKEW: i64 = 60;

/// What was looked at, and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// As it should be.
    Good(String),
    /// It works, and something is missing.
    Missing(String),
    /// It does not work.
    Bad(String),
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Good(text) => write!(f, "ok       {text}"),
            Self::Missing(text) => write!(f, "missing  {text}"),
            Self::Bad(text) => write!(f, "WRONG    {text}"),
        }
    }
}

/// Looks at everything once.
pub async fn examine(settings: &WorkerSettings) -> Vec<Finding> {
    let mut findings = Vec::new();
    match settings.shared.sealer() {
        Ok(_) => findings.push(Finding::Good("settings: each can be read".into())),
        Err(error) => findings.push(Finding::Bad(format!("settings: {error}"))),
    }
    let look = tokio::time::timeout(PATIENCE, examine_postgres(settings, &mut findings)).await;
    unless_done("PostgreSQL", "DATABASE_URL", look.map_err(Into::into).flatten(), &mut findings);
    let look = tokio::time::timeout(PATIENCE, examine_redis(settings, &mut findings)).await;
    unless_done("Redis", "REDIS_URL", look.map_err(Into::into).flatten(), &mut findings);
    if let Err(error) = examine_stripe(settings, &mut findings).await {
        findings.push(Finding::Bad(format!("Stripe: {error:#}")));
    }
    findings
}

fn unless_done(what: &str, setting: &str, look: anyhow::Result<()>, findings: &mut Vec<Finding>) {
    if let Err(error) = look {
        findings.push(Finding::Bad(format!("{what}: {error:#}. Does it run, and is {setting} right?")));
    }
}

fn judge(good: bool, text: String, advice: &str) -> Finding {
    if good { Finding::Good(text) } else { Finding::Bad(format!("{text}: {advice}")) }
}

async fn examine_postgres(settings: &WorkerSettings, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(settings.database_url.expose_secret()).await?;
    let (version, number, now): (String, i32, DateTime<Utc>) = sqlx::query_as(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int, now()",
    )
    .fetch_one(&mut connection)
    .await?;
    findings.push(judge(number >= LEAST_POSTGRES, format!("PostgreSQL {version}"), "14 or newer is needed"));
    findings.push(clocks("PostgreSQL", now));
    let schema: bool = sqlx::query_scalar("SELECT to_regclass('reconciliation') IS NOT NULL")
        .fetch_one(&mut connection)
        .await?;
    findings.push(judge(schema, "PostgreSQL: the schema".into(), "run `worker migrate`"));
    if !schema {
        return Ok(());
    }
    let may =
        "SELECT has_table_privilege($1, 'paiement', 'INSERT'), has_table_privilege($1, 'paiement', 'DELETE')";
    let role: String = sqlx::query_scalar("SELECT current_user::text").fetch_one(&mut connection).await?;
    let (writes, deletes): (bool, bool) = sqlx::query_as(may).bind(&role).fetch_one(&mut connection).await?;
    findings.push(judge(
        writes,
        format!("PostgreSQL: the worker's user {role} may write"),
        "run `worker migrate` with DATABASE_URL set",
    ));
    findings.push(judge(
        !deletes,
        format!("PostgreSQL: the worker's user {role} may not delete money"),
        "it is the owner or a superuser; give DATABASE_URL a user of its own",
    ));
    let (writes, _): (bool, bool) =
        sqlx::query_as(may).bind("guichet_edge").fetch_one(&mut connection).await?;
    findings.push(judge(
        !writes,
        "PostgreSQL: the edge's role may only read".into(),
        "revoke what was granted to guichet_edge, then run `worker migrate`",
    ));
    Ok(connection.close().await?)
}

/// Whether another machine's clock agrees with ours.
fn clocks(whose: &str, now: DateTime<Utc>) -> Finding {
    let apart = (crate::clock() - now).num_seconds().abs();
    judge(
        apart <= SKEW,
        format!("clock: {apart} s apart from {whose}'s"),
        "set this machine's clock (NTP): Stripe's signatures are refused when it is five minutes off",
    )
}

async fn examine_redis(settings: &WorkerSettings, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let client = redis::Client::open(settings.shared.redis_url.expose_secret())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let info: String = redis::cmd("INFO").query_async(&mut connection).await?;
    let value = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or("unknown").trim().to_owned()
    };
    let (version, knows_all) = common::queue::version(&info);
    findings.push(judge(knows_all, format!("Redis {version}"), "6.2 or newer is needed"));
    findings.push(judge(
        value("aof_enabled") == "1",
        "Redis: keeps what it has accepted (appendonly)".into(),
        "set `appendonly yes`, or a power cut loses jobs that were accepted",
    ));
    let policy = value("maxmemory_policy");
    findings.push(judge(
        policy == "noeviction",
        format!("Redis: maxmemory-policy {policy}"),
        "set `maxmemory-policy noeviction`, or jobs are thrown away when memory is short",
    ));
    Ok(())
}

async fn examine_stripe(settings: &WorkerSettings, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let Some(key) = settings.stripe_key()? else {
        findings
            .push(Finding::Missing("Stripe: STRIPE_SECRET_KEY is unset, payments are not configured".into()));
        return Ok(());
    };
    let stripe = Stripe::new(key, &settings.shared.stripe_api_base)?;
    let mode = if stripe.livemode() { "live mode, real money" } else { "TEST MODE" };
    let endpoints = stripe.webhook_endpoints().await?;
    findings.push(Finding::Good(format!("Stripe: reachable, {mode}")));
    let url = settings.shared.public_url.webhook();
    let Some(endpoint) =
        endpoints.into_iter().find(|endpoint| endpoint.url == url && endpoint.status == "enabled")
    else {
        let missing = format!(
            "Stripe: no webhook is enabled for {url}. Payments show within two minutes all the same; to have \
             them at once, add it in Stripe and set its secret as STRIPE_WEBHOOK_SECRET"
        );
        findings.push(Finding::Missing(missing));
        return Ok(());
    };
    let sent = |wanted: &&str| {
        endpoint.enabled_events.iter().any(|sent| match sent.strip_suffix('*') {
            Some(prefix) => wanted.starts_with(prefix),
            None => sent == wanted,
        })
    };
    let unsent: Vec<_> = ProcessStripeWebhook::TYPES.iter().filter(|wanted| !sent(wanted)).copied().collect();
    findings.push(if unsent.is_empty() {
        Finding::Good(format!("Stripe: its webhook sends all that matters to {url}"))
    } else {
        Finding::Missing(format!("Stripe: tick these events of the webhook too: {}", unsent.join(", ")))
    });
    Ok(())
}
