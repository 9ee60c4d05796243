//! How the queues are, for those who operate them: depths, ages, workers, and what waits for a human.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use redis::streams::StreamRangeReply;
use redis::{RedisResult, Script, Value};
use serde::Deserialize;

use super::{Producer, keys};
use crate::job::{JobId, Queue};

/// A worker that said nothing for this long is not shown as living: it renews its leases each two seconds, and
/// its jobs go to others after nine.
const SILENCE: Duration = Duration::from_secs(10);
/// Unknown jobs whose kinds are told. More may wait.
const SAMPLES: usize = 50;
/// Refused envelopes that the quarantine of one queue keeps: the latest.
pub const QUARANTINE_MAX: usize = 1_000;

/// How the queues are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// One for each [`Queue`], in the order of [`Queue::ALL`].
    pub queues: Vec<QueueHealth>,
    /// The workers that live, by name.
    pub workers: Vec<WorkerHealth>,
}

/// How one queue is. All counts are exact and cost the same at any depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueHealth {
    /// Which.
    pub queue: Queue,
    /// Jobs that could run and that no worker has.
    pub ready: u64,
    /// Jobs that a worker has, a dead one's included until they are taken over.
    pub running: u64,
    /// Jobs that wait for their time: retries, jobs put off, delayed ones.
    pub delayed: u64,
    /// For how long the job that waits longest could have run: how late the queue is. `None`: nothing waits.
    pub oldest: Option<Duration>,
    /// Jobs of a kind or version that no worker which met them knew. They are tried again each half minute.
    pub unknown: u64,
    /// What kinds of jobs those are, such as `CreateTicket v2`; told from the first fifty.
    pub unknown_kinds: BTreeSet<String>,
    /// Entries in the quarantine, at most [`QUARANTINE_MAX`].
    pub quarantined: u64,
}

/// A worker that lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerHealth {
    /// Its name, which no other start of a process has.
    pub name: String,
    /// When it started, by its own clock.
    pub since: Option<DateTime<Utc>>,
    /// What it has in hand, in all queues.
    pub running: Vec<RunningJob>,
}

/// A job in a worker's hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningJob {
    /// Its id, as Redis tells it.
    pub id: String,
    /// [`Job::KIND`](crate::job::Job::KIND); empty when Redis does not know it.
    pub kind: String,
}

/// Why an entry was taken out of its queue. Nothing else that it says is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is not what a producer of ours writes.
    Unreadable,
    /// It is not signed with a key of `SECRET_KEY`.
    NotSigned,
}

impl Reason {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "illisible",
            Self::NotSigned => "non-signe",
        }
    }
}

/// An entry that was taken out of its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Which queue it stood in.
    pub queue: Queue,
    /// When it was taken out, by Redis's clock.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Reason,
    /// The job that the entry gave itself out for, if it gave an id.
    pub id: Option<JobId>,
    /// The bytes that stood for an envelope. Somebody else may have written them.
    pub envelope: Vec<u8>,
}

/// What `health.lua` returns.
type Answer = (u64, u64, u64, u64, u64, i64, Vec<Vec<u8>>, Vec<(String, Vec<String>)>);

impl Producer {
    /// How the queues are, now. Cheap at any depth.
    pub async fn health(&self) -> RedisResult<Health> {
        static HEALTH: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("health.lua")));
        let mut queues = Vec::new();
        let mut workers = BTreeMap::<String, Vec<RunningJob>>::new();
        for queue in Queue::ALL {
            let mut call = HEALTH.key(keys::stream(queue));
            call.key(keys::delayed(queue)).key(keys::unknown(queue)).key(keys::quarantine(queue));
            call.arg(keys::GROUP).arg(keys::record(queue, "")).arg(SILENCE.as_secs() * 1000).arg(SAMPLES);
            let (running, ready, delayed, unknown, quarantined, oldest, envelopes, living): Answer =
                self.link.run(&call).await?;
            queues.push(QueueHealth {
                queue,
                ready,
                running,
                delayed,
                oldest: u64::try_from(oldest).ok().map(Duration::from_millis),
                unknown,
                unknown_kinds: envelopes.iter().filter_map(|envelope| kind_of(envelope)).collect(),
                quarantined,
            });
            for (name, jobs) in living {
                let jobs = jobs.chunks_exact(2);
                let jobs = jobs.map(|job| RunningJob { id: job[0].clone(), kind: job[1].clone() });
                workers.entry(name).or_default().extend(jobs);
            }
        }
        let workers =
            workers.into_iter().map(|(name, running)| WorkerHealth { since: started(&name), name, running });
        Ok(Health { queues, workers: workers.collect() })
    }

    /// What was taken out of the queues, at most `limit` of each, the latest first.
    pub async fn quarantined(&self, limit: usize) -> RedisResult<Vec<Quarantined>> {
        let mut pipe = redis::pipe();
        for queue in Queue::ALL {
            pipe.cmd("XREVRANGE").arg(keys::quarantine(queue)).arg(&["+", "-", "COUNT"]).arg(limit);
        }
        let answers: Vec<StreamRangeReply> = self.link.pipe(&pipe).await?;
        let mut found = Vec::new();
        for (queue, entries) in Queue::ALL.into_iter().zip(answers) {
            for mut entry in entries.ids {
                let millis = entry.id.split('-').next().and_then(|millis| millis.parse().ok());
                let reason: Option<String> = entry.get("motif");
                found.push(Quarantined {
                    queue,
                    at: millis.and_then(DateTime::from_timestamp_millis).unwrap_or_default(),
                    reason: match reason.as_deref() {
                        Some("non-signe") => Reason::NotSigned,
                        _ => Reason::Unreadable,
                    },
                    id: entry.get::<String>("job").and_then(|id| id.parse().ok()).map(JobId),
                    envelope: match entry.map.remove("enveloppe") {
                        Some(Value::BulkString(bytes)) => bytes,
                        _ => Vec::new(),
                    },
                });
            }
        }
        found.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        Ok(found)
    }
}

/// A worker's name: unique to this start of this process, and it tells when that was.
#[must_use]
pub fn worker_name(now: DateTime<Utc>) -> String {
    format!("{}-{:x}-{:08x}", std::process::id(), now.timestamp(), rand::random::<u32>())
}

/// Reads back when a worker started.
fn started(name: &str) -> Option<DateTime<Utc>> {
    let seconds = i64::from_str_radix(name.split('-').nth(1)?, 16).ok()?;
    DateTime::from_timestamp(seconds, 0)
}

/// What an unknown job is, in two words.
fn kind_of(envelope: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        kind: String,
        version: u16,
    }
    let Head { kind, version } = serde_json::from_slice(envelope).ok()?;
    Some(format!("{kind} v{version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workers_name_is_unique_and_tells_when_it_started() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let names = [worker_name(now), worker_name(now)];
        assert_ne!(names[0], names[1]);
        assert_eq!(names.map(|name| started(&name)), [Some(now); 2]);
    }
}
