//! The books are kept without webhooks: a timer compares Stripe's list of events with `evenement_stripe`, runs
//! what is missing as the webhook's own job, in this process, and asks after every unfinished session.
//!
//! A payment shows within two minutes although no webhook comes, Redis is away or its disk was wiped. One worker
//! at a time looks, under an advisory lock for each [`Fenetre`]; should two look all the same, the claim row lets
//! each event have its effect once. Nothing depends on our clock being right: where a look begins is counted from
//! the newest event that was seen, by Stripe's clock.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use common::domaine::Fenetre;
use common::job::{Actor, Envelope, Job, JobId};
use common::jobs::{ProcessStripeWebhook, RefreshPayment};
use futures_util::future::join_all;
use sqlx::Either;
use sqlx::postgres::PgAdvisoryLock;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::{ContextV7, Uuid};

use crate::cx::{Cx, JobError, Shared, new_id_at};
use crate::engine::Engine;
use crate::integrations::stripe::{ListedEvent, Stripe};
use crate::paiement::{next_check, next_refund_check, record_answer};
use crate::queue::{Delivery, Process as _, Verdict};

/// How long Stripe keeps events.
const KEPT_BY_STRIPE: TimeDelta = TimeDelta::days(30);
/// How long at most a webhook may take before its event counts as missing.
const WEBHOOK_PATIENCE: Duration = Duration::from_secs(10);
/// How long a session that was asked for is left alone.
const SESSION_PAUSE: TimeDelta = TimeDelta::hours(1);
/// Unfinished sessions that one look asks after.
const SESSIONS_AT_ONCE: usize = 25;

/// What a look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bilan {
    /// Events that were compared.
    pub verifies: usize,
    /// Events that we had missed, and have now.
    pub repares: usize,
}

/// How far a timed look goes back, and how long after the beginning of the last one it is due: a little less than
/// the time between them, for a timer is never exact. `None`: not timed.
fn schedule(fenetre: Fenetre, every: Duration) -> Option<(TimeDelta, Duration)> {
    match fenetre {
        Fenetre::Heure => Some((TimeDelta::hours(1), every * 3 / 4)),
        Fenetre::TroisJours => Some((TimeDelta::days(3), Duration::from_mins(59))),
        Fenetre::TrenteJours => Some((KEPT_BY_STRIPE, Duration::from_hours(23))),
        Fenetre::Manuelle => None,
    }
}

/// Looks at Stripe `every` so often until `stop`. Each window has its timer, so that the long look of the day
/// does not delay the minute's. Stopped at any moment, it leaves nothing half done.
pub async fn watch(shared: Arc<Shared>, every: Duration, stop: CancellationToken) {
    let timers = Fenetre::ALL.iter().map(async |fenetre| {
        let mut tick = tokio::time::interval(every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Err(error) = look_if_due(&shared, *fenetre, every).await {
                tracing::warn!(%fenetre, "the books could not be compared with Stripe's: {error:#}");
            }
        }
    });
    tokio::select! {
        _ = join_all(timers) => {}
        () = stop.cancelled() => {}
    }
}

/// Looks, unless another worker does or the last look was not long ago.
async fn look_if_due(shared: &Arc<Shared>, fenetre: Fenetre, every: Duration) -> anyhow::Result<()> {
    let (Some((back, period)), Some(stripe)) = (schedule(fenetre, every), &shared.stripe) else {
        return Ok(());
    };
    let lock = PgAdvisoryLock::new(format!("guichet reconciliation {fenetre}"));
    let Either::Left(held) = lock.try_acquire(shared.pool.acquire().await?).await? else { return Ok(()) };
    let last = sqlx::query!(
        r#"SELECT max(filigrane) AS filigrane, max(date_debut) FILTER (WHERE fenetre = $1) AS date_debut
           FROM reconciliation"#,
        fenetre.as_str()
    )
    .fetch_one(&shared.pool)
    .await?;
    let now = (shared.now)();
    // A last look in the future means that a clock was wrong.
    let waited = last.date_debut.and_then(|date_debut| (now - date_debut).to_std().ok());
    if waited.is_none_or(|waited| waited >= period) {
        // After weeks of rest the newest event is old: the look begins before it, and misses nothing.
        let since = last.filigrane.map_or(now, |filigrane| filigrane.min(now)) - back;
        let patience = WEBHOOK_PATIENCE.min(every / 6);
        let looked = look(shared, stripe, fenetre, since, TimeDelta::from_std(patience)?).await;
        if fenetre == Fenetre::Heure {
            check_unfinished(shared, stripe, now - SESSION_PAUSE, SESSIONS_AT_ONCE).await?;
        }
        let Bilan { verifies, repares } = looked?;
        if repares > 0 {
            tracing::warn!(%fenetre, verifies, repares, "events that no webhook had brought");
        }
    }
    held.release_now().await?;
    Ok(())
}

/// `worker reconcile`: looks at once, and asks after every unfinished session. Without `since`, as far back as
/// Stripe remembers.
pub async fn look_by_hand(shared: &Arc<Shared>, since: Option<DateTime<Utc>>) -> anyhow::Result<Bilan> {
    let stripe = shared.stripe.as_ref().context("STRIPE_SECRET_KEY is unset: nothing to compare with")?;
    let now = (shared.now)();
    let since = since.unwrap_or(now - KEPT_BY_STRIPE);
    let bilan = look(shared, stripe, Fenetre::Manuelle, since, TimeDelta::zero()).await?;
    check_unfinished(shared, stripe, now, usize::MAX).await?;
    Ok(bilan)
}

/// Compares Stripe's events since a moment with ours, page by page, and keeps the result.
async fn look(
    shared: &Arc<Shared>,
    stripe: &Stripe,
    fenetre: Fenetre,
    since: DateTime<Utc>,
    patience: TimeDelta,
) -> anyhow::Result<Bilan> {
    let started = (shared.now)();
    let mut bilan = Bilan { verifies: 0, repares: 0 };
    let mut newest = None;
    let mut after: Option<String> = None;
    loop {
        let page = stripe.events(since, after.as_deref()).await?;
        bilan.verifies += page.events.len();
        newest = newest.max(page.events.iter().map(|event| event.date).max());
        after = page.events.last().map(|event| event.id.clone());
        bilan.repares += repair(shared, page.events, patience).await?;
        if !page.more || after.is_none() {
            break;
        }
    }
    keep(shared, fenetre, since, bilan, newest, started).await?;
    Ok(bilan)
}

/// Runs the events that we do not have; how many of them we have now.
async fn repair(
    shared: &Arc<Shared>,
    mut events: Vec<ListedEvent>,
    patience: TimeDelta,
) -> anyhow::Result<usize> {
    let now = (shared.now)();
    let ids: Vec<Uuid> = events.iter().map(|event| JobId::of_stripe_event(&event.id).0).collect();
    // An event whose job was parked has ended worker after worker: it waits for a person, not for this timer.
    let known = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM evenement_stripe WHERE id = ANY($1)
           UNION SELECT id FROM job_resultat WHERE id = ANY($1) AND statut = 'echoue'"#,
        &ids
    )
    .fetch_all(&shared.pool)
    .await?;
    let known: HashSet<Uuid> = known.into_iter().collect();
    let on_its_way = |date: DateTime<Utc>| date <= now && now - date < patience;
    events.retain(|event| !known.contains(&JobId::of_stripe_event(&event.id).0) && !on_its_way(event.date));

    // Oldest first, as they happened.
    for event in events.iter().rev() {
        run(shared, event).await?;
    }
    let repaired = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM evenement_stripe
           WHERE stripe_event_id = ANY($1) AND source = 'reconciliation'"#,
        &events.iter().map(|event| event.id.clone()).collect::<Vec<_>>()
    )
    .fetch_one(&shared.pool)
    .await?;
    Ok(usize::try_from(repaired)?)
}

/// Runs an event through the engine, under the id that its webhook would have: once, whoever else brings it.
async fn run(shared: &Arc<Shared>, event: &ListedEvent) -> anyhow::Result<()> {
    let id = JobId::of_stripe_event(&event.id);
    let job = ProcessStripeWebhook::new(event.id.clone(), &event.corps);
    let envelope = Envelope::new(id, Actor::Systeme, &job, (shared.now)(), &shared.sealer)?;
    let delivery = Delivery {
        id: Some(id),
        queue: ProcessStripeWebhook::QUEUE,
        envelope: serde_json::to_vec(&envelope)?,
        since: (shared.now)(),
        failures: 0,
        deliveries: 1,
    };
    let engine = Engine::new(Arc::clone(shared));
    // A task of its own: one event's panic is not the end of the others.
    match tokio::spawn(async move { engine.process(delivery).await }).await {
        Ok(Verdict::Done) => {}
        Ok(Verdict::Defer { .. }) => anyhow::bail!("Stripe is out of reach"),
        Ok(Verdict::Unavailable) => anyhow::bail!("Postgres is out of reach"),
        Ok(verdict) => tracing::warn!(event = event.id, ?verdict, "not applied; the next look tries again"),
        Err(error) => tracing::error!(event = event.id, "{error}"),
    }
    Ok(())
}

async fn keep(
    shared: &Shared,
    fenetre: Fenetre,
    since: DateTime<Utc>,
    bilan: Bilan,
    newest: Option<DateTime<Utc>>,
    started: DateTime<Utc>,
) -> anyhow::Result<()> {
    let now = (shared.now)();
    let id = new_id_at(&ContextV7::new(), now);
    sqlx::query!(
        "INSERT INTO reconciliation (id, fenetre, depuis, verifies, repares, filigrane, date_debut, date_fin)
         VALUES ($1, $2, $3, $4, $5, greatest($6, (SELECT max(filigrane) FROM reconciliation)), $7, $8)",
        id,
        fenetre.as_str(),
        since,
        i32::try_from(bilan.verifies)?,
        i32::try_from(bilan.repares)?,
        newest,
        started,
        now,
    )
    .execute(&shared.pool)
    .await?;
    sqlx::query!(
        "DELETE FROM reconciliation WHERE repares = 0 AND date_fin < $1 AND id <> $2",
        now - TimeDelta::days(7),
        id
    )
    .execute(&shared.pool)
    .await?;
    Ok(())
}

/// Asks Stripe after sessions that are open, complete without their money, or of unknown outcome, and were not
/// asked for since `pause`, and then after refunds of unknown outcome: `most` at once, those that have waited longest
/// first.
async fn check_unfinished(
    shared: &Arc<Shared>,
    stripe: &Stripe,
    pause: DateTime<Utc>,
    most: usize,
) -> anyhow::Result<()> {
    for _ in 0..most {
        let mut cx = begin(shared).await?;
        let call = match next_check(&mut cx, pause, stripe.livemode()).await.map_err(plain)? {
            None => next_refund_check(&mut cx, None, stripe.livemode()).await.map_err(plain)?,
            call => call,
        };
        cx.tx.commit().await?;
        let Some(call) = call else { break };
        let answer = stripe.call(&call).await?;
        let mut cx = begin(shared).await?;
        record_answer(&mut cx, &call, answer).await.map_err(plain)?;
        cx.tx.commit().await?;
    }
    Ok(())
}

/// A transaction of the timer's own, which settles as jobs do and is none.
async fn begin(shared: &Arc<Shared>) -> anyhow::Result<Cx> {
    let job = RefreshPayment { opportunite_id: Uuid::nil() };
    let id = JobId::of::<RefreshPayment>(&Actor::Systeme, "reconciliation");
    let envelope = Envelope::new(id, Actor::Systeme, &job, (shared.now)(), &shared.sealer)?;
    Ok(Cx::begin(shared, &envelope, 1).await?)
}

fn plain(error: JobError) -> anyhow::Error {
    match error {
        JobError::Reject(refus) => anyhow::anyhow!("{}", refus.code),
        JobError::Retry(error) | JobError::Outage(error) | JobError::Later(error) => error,
    }
}
