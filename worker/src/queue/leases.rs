//! Whose a job is: leases kept, and taken over from workers that died.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError};

use common::queue::keys;
use redis::streams::StreamId;
use redis::{FromRedisValue, RedisResult, Script, Value};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Interval, MissedTickBehavior};

use super::backend::Fetched;
use super::consumer::{Consumer, millis};

static RENEW: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("renew.lua")));
static RECLAIM: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("reclaim.lua")));
static SWEEP: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("sweep.lua")));

/// When our leases were renewed, in ms of Redis's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Renewals {
    /// The first of an unbroken row.
    since: u64,
    last: u64,
}

impl Consumer {
    /// Renews the leases of what runs here, three times in a lease, until nothing runs any more.
    pub(super) async fn renew(self: Arc<Self>) {
        let mut beat = self.beat();
        let mut beats = 0_u32;
        while self.closed.run_until_cancelled(beat.tick()).await.is_some() {
            let renewed = self.closed.run_until_cancelled(self.renew_once()).await;
            match renewed {
                None => return,
                Some(Ok(())) => self.trouble.worked(),
                Some(Err(error)) => self.failed("renewing leases", &error).await,
            }
            beats += 1;
            if beats.is_multiple_of(30)
                && let Err(error) = self.sweep().await
            {
                self.failed("forgetting dead workers", &error).await;
            }
        }
    }

    fn beat(&self) -> Interval {
        let mut beat = tokio::time::interval(self.options.lease / 3);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat
    }

    async fn renew_once(&self) -> RedisResult<()> {
        let held: Vec<Arc<str>> = self.held().keys().cloned().collect();
        let mut call = RENEW.key(&self.stream);
        call.arg(keys::GROUP).arg(&self.name);
        for entry in &held {
            call.arg(&**entry);
        }
        let (now, lost): (u64, Vec<String>) = self.link.run(&call).await?;
        for entry in lost {
            if self.held().remove(entry.as_str()) == Some(false) {
                let queue = self.queue.as_str();
                tracing::warn!(queue, entry, "a lease ran out: another worker has the job");
            }
        }
        let mut renewals = self.renewals.lock().unwrap_or_else(PoisonError::into_inner);
        // A row is broken by a gap, also by one that Redis's clock made.
        if now.checked_sub(renewals.last).is_none_or(|age| age > self.renewal_age()) {
            renewals.since = now;
        }
        renewals.last = now;
        Ok(())
    }

    /// How old our last renewal may be for us to say that leases which have run out are dead workers'.
    fn renewal_age(&self) -> u64 {
        millis(self.options.lease) / 3 * 2
    }

    /// Takes over the jobs of dead workers, one suspect after another.
    pub(super) async fn reclaim(self: Arc<Self>, hand_out: mpsc::Sender<Fetched>) {
        let mut beat = self.beat();
        while self.ending.run_until_cancelled(beat.tick()).await.is_some() {
            loop {
                let Some(Some(turn)) = self.ending.run_until_cancelled(self.quarantine.turn()).await else {
                    return;
                };
                match self.reclaim_once(turn).await {
                    Ok(Some(suspect)) => {
                        if hand_out.send(suspect).await.is_err() {
                            return;
                        }
                    }
                    Ok(None) => break,
                    Err(error) => {
                        self.failed("taking over jobs", &error).await;
                        break;
                    }
                }
            }
        }
    }

    async fn reclaim_once(&self, turn: OwnedSemaphorePermit) -> RedisResult<Option<Fetched>> {
        let lease = millis(self.options.lease);
        let Renewals { since, last } = *self.renewals.lock().unwrap_or_else(PoisonError::into_inner);
        // When Redis was away all leases have run out. Each living worker gets one lease's time to renew its own.
        if last - since < lease || !self.pace.is_well() {
            return Ok(None);
        }
        let mut call = RECLAIM.key(&self.stream);
        call.arg(keys::GROUP).arg(&self.name);
        call.arg(lease).arg(last).arg(self.renewal_age());
        let claimed: Option<(String, Value, u32)> = self.link.run(&call).await?;
        let Some((id, fields, delivered)) = claimed else {
            return Ok(None);
        };
        let (map, rest) = (HashMap::from_redis_value(fields)?, StreamId::default());
        let entry = StreamId { id, map, ..rest };
        Ok(Some(self.receive(entry, delivered, None, Some(turn))))
    }

    async fn sweep(&self) -> RedisResult<()> {
        let gone = millis(self.options.lease).saturating_mul(10);
        let mut call = SWEEP.key(&self.stream);
        self.link.run(call.arg(keys::GROUP).arg(gone)).await
    }
}
