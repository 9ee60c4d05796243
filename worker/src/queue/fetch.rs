//! Jobs from Redis, as they come.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use common::job::JobId;
use common::queue::keys;
use redis::streams::{StreamId, StreamReadReply};
use redis::{AsyncConnectionConfig, RedisResult, Value, cmd};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use uuid::Uuid;

use super::Delivery;
use super::backend::{Fetched, Receipt};
use super::consumer::{BATCH, Consumer, PATIENCE, millis};

/// How long Redis holds a read open when there are no jobs.
const BLOCK: Duration = Duration::from_secs(2);

impl Consumer {
    /// Fetches jobs as they come, as many as there are free slots, until the end.
    pub(super) async fn fetch(self: Arc<Self>, hand_out: mpsc::Sender<Fetched>) {
        while let Err(error) = self.fetch_on_one_connection(&hand_out).await {
            if self.stumbled("fetching jobs", &error).await.is_break() {
                return;
            }
        }
    }

    /// Ends without an error when nothing more is to be fetched.
    async fn fetch_on_one_connection(&self, hand_out: &mpsc::Sender<Fetched>) -> RedisResult<()> {
        // A blocked read has a connection of its own: it would hold up whatever came after it.
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(BLOCK + PATIENCE));
        let client = self.link.client();
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let connection_id: u64 = cmd("CLIENT").arg("ID").query_async(&mut connection).await?;
        loop {
            let ready = async {
                let slots = self.free_slots().await;
                (slots, self.pace.allowed().await)
            };
            let Some((Some(mut slots), probe)) = self.ending.run_until_cancelled(ready).await else {
                return Ok(());
            };
            let count = if probe.is_some() { 1 } else { slots.num_permits() };

            let mut read = cmd("XREADGROUP");
            read.arg(&["GROUP", keys::GROUP, &self.name]).arg("COUNT").arg(count);
            read.arg("BLOCK").arg(millis(BLOCK)).arg(&["STREAMS", &self.stream, ">"]);
            let reading = read.query_async::<Option<StreamReadReply>>(&mut connection);
            tokio::pin!(reading);
            let interrupted = async {
                tokio::select! {
                    () = self.ending.cancelled() => {}
                    () = self.pace.falls(), if probe.is_none() => {}
                }
            };
            // A read is not dropped while Redis may be answering it: the jobs in the answer would lie idle.
            let reply = tokio::select! {
                reply = &mut reading => reply,
                () = interrupted => {
                    self.unblock(connection_id).await;
                    let answer = tokio::time::timeout(Duration::from_millis(500), reading).await;
                    answer.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
                }
            };
            let streams = reply?.map_or_else(Vec::new, |reply| reply.keys);
            let mut any = false;
            for entry in streams.into_iter().flat_map(|stream| stream.ids) {
                any = true;
                let fetched = self.receive(entry, 1, slots.split(1), None);
                if hand_out.send(fetched).await.is_err() {
                    return Ok(());
                }
            }
            if let (Some(probe), true) = (probe, any) {
                self.ending.run_until_cancelled(probe.judged()).await;
            }
        }
    }

    /// At least one slot. `None` never: the slots are not closed.
    async fn free_slots(&self) -> Option<OwnedSemaphorePermit> {
        let mut slots = self.slots.clone().acquire_owned().await.ok()?;
        let more = self.slots.available_permits().min(BATCH - 1);
        // Only this task takes slots, so what was there still is.
        if let Ok(more) = self.slots.clone().try_acquire_many_owned(u32::try_from(more).unwrap_or(0)) {
            slots.merge(more);
        }
        Some(slots)
    }

    /// Has Redis answer our blocked read now.
    async fn unblock(&self, connection_id: u64) {
        let mut unblock = cmd("CLIENT");
        if let Err(error) = self.link.ask::<()>(unblock.arg("UNBLOCK").arg(connection_id)).await {
            tracing::debug!("the blocked read ends by itself: {error}");
        }
    }

    /// Makes a job of an entry, and keeps its lease from now on.
    pub(super) fn receive(
        &self,
        entry: StreamId,
        delivered: u32,
        slot: Option<OwnedSemaphorePermit>,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Fetched {
        let (entry, mut fields) = (Arc::<str>::from(entry.id), entry.map);
        let mut text = |name| match fields.remove(name) {
            Some(Value::BulkString(bytes)) => bytes,
            _ => Vec::new(),
        };
        let envelope = text("enveloppe");
        let [job, failures, delivered_before, since] = ["job", "echecs", "livraisons", "depuis"]
            .map(|name| String::from_utf8(text(name)).unwrap_or_default());
        let failures = failures.parse().unwrap_or(0);
        self.held().insert(entry.clone(), false);
        let delivery = Delivery {
            id: Uuid::parse_str(&job).ok().map(JobId),
            queue: self.queue,
            envelope,
            since: since.parse().ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default(),
            failures,
            deliveries: delivered_before.parse().unwrap_or(0) + delivered,
        };
        let job = job.into();
        let receipt = Receipt { entry, job, failures };
        Fetched { delivery, receipt, slot, turn }
    }
}
