//! Jobs from Redis, as they come.

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use common::job::JobId;
use common::queue::{has_code, keys};
use redis::streams::{StreamId, StreamReadReply};
use redis::{AsyncConnectionConfig, RedisResult, Value, cmd};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use uuid::Uuid;

use super::Delivery;
use super::consumer::{BATCH, Consumer, PATIENCE, millis};

/// How long Redis holds a read open when there are no jobs. A read is never broken off, for the jobs in its answer
/// would lie idle: so this is also how late a stop, or an outage, is noticed.
const BLOCK: Duration = Duration::from_millis(500);
/// How often a queue that rests looks whether it may go on.
const RESTING: Duration = Duration::from_millis(50);

/// A job on its way from Redis to its run.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) delivery: Delivery,
    /// The stream's id of the entry.
    pub(super) entry: Arc<str>,
    /// Free again when the run has ended.
    pub(super) slot: Option<OwnedSemaphorePermit>,
    /// A suspect's turn, when it was taken over from a dead worker.
    pub(super) turn: Option<OwnedSemaphorePermit>,
}

impl Consumer {
    /// Fetches jobs as they come, as many as there are free slots, until the end.
    pub(super) async fn fetch(self: Arc<Self>, hand_out: mpsc::UnboundedSender<Fetched>) {
        while let Err(error) = self.fetch_on_one_connection(&hand_out).await {
            self.failed("fetching jobs", &error).await;
            if !has_code(&error, "NOGROUP") && !self.shared.pause().await {
                return;
            }
        }
    }

    /// Ends without an error when nothing more is to be fetched.
    async fn fetch_on_one_connection(&self, hand_out: &mpsc::UnboundedSender<Fetched>) -> RedisResult<()> {
        let ending = &self.shared.ending;
        // A blocked read has a connection of its own: it would hold up whatever came after it.
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(BLOCK + PATIENCE));
        let client = self.shared.link.client();
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        loop {
            let some = async {
                drop(self.slots.acquire().await);
                // Only this task takes slots: those that are free stay so.
                self.slots.available_permits().min(BATCH).min(self.pace.allows())
            };
            match ending.run_until_cancelled(some).await {
                None => return Ok(()),
                Some(0) => drop(ending.run_until_cancelled(tokio::time::sleep(RESTING)).await),
                Some(count) => {
                    let mut read = cmd("XREADGROUP");
                    read.arg(&["GROUP", keys::GROUP, &self.shared.name]).arg("COUNT").arg(count);
                    read.arg("BLOCK").arg(millis(BLOCK)).arg(&["STREAMS", &self.stream, ">"]);
                    let reply: Option<StreamReadReply> = read.query_async(&mut connection).await?;
                    for entry in reply.into_iter().flat_map(|reply| reply.keys).flat_map(|stream| stream.ids)
                    {
                        self.pace.tries();
                        let slot = self.slots.clone().try_acquire_owned().ok();
                        drop(hand_out.send(self.receive(entry, 1, slot, None)));
                    }
                }
            }
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
        self.held().insert(entry.clone());
        let delivery = Delivery {
            id: Uuid::parse_str(&job).ok().map(JobId),
            queue: self.queue,
            envelope,
            since: since.parse().ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default(),
            failures: failures.parse().unwrap_or(0),
            deliveries: delivered_before.parse().unwrap_or(0) + delivered,
        };
        Fetched { delivery, entry, slot, turn }
    }
}
