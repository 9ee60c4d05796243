//! Whose a job is: leases kept, and taken over from workers that died.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use common::queue::keys;
use redis::streams::StreamId;
use redis::{RedisResult, Script, Value};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::consumer::{Consumer, millis};
use super::fetch::Fetched;

static BEAT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("beat.lua")));

/// What `beat.lua` returns.
type Beat = (u64, u64, bool, Option<(String, HashMap<String, Value>, u32)>);

impl Consumer {
    /// Renews the leases of what runs here, three times in a lease, until nothing runs any more; and takes over the
    /// jobs of dead workers, one suspect after another.
    pub(super) async fn keep(self: Arc<Self>, hand_out: mpsc::UnboundedSender<Fetched>) {
        let shared = &*self.shared;
        let mut third = tokio::time::interval(shared.options.lease / 3);
        third.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut since, mut last, mut dead) = (0, 0, false);
        loop {
            let may_take = dead && self.pace.is_well() && !shared.ending.is_cancelled();
            let turn = tokio::select! {
                () = shared.closed.cancelled() => return,
                _ = third.tick() => None,
                turn = shared.quarantine.turn(), if may_take => turn,
            };
            let beat = self.beat(since, last, turn.is_some() && !shared.ending.is_cancelled());
            match shared.closed.run_until_cancelled(beat).await {
                None => return,
                Some(Ok((now, unbroken_since, more, suspect))) => {
                    shared.trouble.worked();
                    (since, last, dead) = (unbroken_since, now, more);
                    if let Some((id, map, delivered)) = suspect {
                        let entry = StreamId { id, map, ..StreamId::default() };
                        drop(hand_out.send(self.receive(entry, delivered, None, turn)));
                    }
                }
                Some(Err(error)) => {
                    dead = false;
                    self.failed("renewing leases", &error).await;
                }
            }
        }
    }

    async fn beat(&self, since: u64, last: u64, take: bool) -> RedisResult<Beat> {
        let held: Vec<Arc<str>> = self.held().iter().cloned().collect();
        let mut call = BEAT.key(&self.stream);
        call.arg(keys::GROUP).arg(&self.shared.name).arg(millis(self.shared.options.lease));
        call.arg(since).arg(last).arg(u8::from(take));
        for entry in &held {
            call.arg(&**entry);
        }
        self.shared.link.run(&call).await
    }
}
