//! A model of the protocol that carries a job from the edge to its row: record, push, fetch, claim, effect,
//! result, commit, acknowledge; with a crash, a lost lease or a reader at every step.
//!
//! It is a model of `common/src/queue/push.lua`, `worker/src/queue/*.lua` and `worker/src/engine.rs`: what they do
//! in one step is one step here, and nothing else is. [`Protocol::REAL`] is the order that they keep. The other
//! protocols each have one thing swapped or left out, and must be found out: that is what shows that the model can
//! tell right from wrong. Thousands of histories take seconds; real processes are `tests/faults`.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

const JOBS: usize = 3;
const WORKERS: usize = 2;

/// What a worker does with a job, one step after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Takes the job's row: waits for a twin's transaction, and ends the run when the job is done already.
    Claim,
    Effect,
    Result,
    Commit,
    Acknowledge,
}

/// How the product could be built.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
struct Protocol {
    steps: &'static [Step],
    /// Whether the effect waits for the commit, or stands at once.
    effect_in_transaction: bool,
    /// Whether jobs of dead workers are taken over.
    reclaim: bool,
    /// Whether a reader asks Redis first and Postgres second.
    redis_first: bool,
    /// Whether the record stands until the acknowledgement, or goes when the job is fetched.
    record_until_acknowledged: bool,
    /// Whether a worker may acknowledge only what is still its own.
    own_only: bool,
}

impl Protocol {
    const REAL: Self = Self {
        steps: &[Step::Claim, Step::Effect, Step::Result, Step::Commit, Step::Acknowledge],
        effect_in_transaction: true,
        reclaim: true,
        redis_first: true,
        record_until_acknowledged: true,
        own_only: true,
    };
}

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
enum Happening {
    /// A sender asks for the job; it may have asked before, and may ask again.
    Push(usize),
    /// A worker fetches the oldest job that nobody has.
    Fetch(usize),
    /// A worker goes one step on.
    Go(usize),
    /// A worker dies; another is started in its place.
    Crash(usize),
    /// A worker stands still for longer than its lease: it lives, and its job is anybody's.
    Oversleep(usize),
    /// A worker takes over a job whose lease has run out.
    Reclaim(usize),
    /// A page looks for the job in the first place where it may be.
    LookFirst(usize),
    /// And in the second.
    LookSecond(usize),
}

/// An entry of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    job: usize,
    owner: Option<u32>,
    lease_over: bool,
}

/// A run of a job in a worker's memory, with its open transaction.
#[derive(Debug, Clone)]
struct Run {
    job: usize,
    entry: u32,
    next: usize,
    claimed: bool,
    effect: bool,
    result: bool,
}

#[derive(Debug, Default)]
struct World {
    // Redis.
    records: BTreeSet<usize>,
    stream: BTreeMap<u32, Entry>,
    entries: u32,
    // Postgres.
    results: BTreeSet<usize>,
    effects: BTreeMap<usize, u32>,
    // The processes. A worker that is started again has another name.
    runs: [Option<Run>; WORKERS],
    names: [u32; WORKERS],
    born: u32,
    // The people.
    accepted: BTreeSet<usize>,
    looks: BTreeMap<usize, bool>,
}

impl World {
    fn new() -> Self {
        Self { names: [1, 2], born: 2, ..Self::default() }
    }

    /// Lets one thing happen; what cannot happen now does not.
    fn happen(&mut self, protocol: &Protocol, happening: Happening) -> Result<(), String> {
        match happening {
            Happening::Push(job) => self.push(job),
            Happening::Fetch(worker) => self.fetch(protocol, worker),
            Happening::Go(worker) => self.go(protocol, worker),
            Happening::Crash(worker) => {
                self.give_up(worker);
                self.runs[worker] = None;
                self.born += 1;
                self.names[worker] = self.born;
            }
            Happening::Oversleep(worker) => self.give_up(worker),
            Happening::Reclaim(worker) => self.reclaim(protocol, worker),
            Happening::LookFirst(job) if self.accepted.contains(&job) => {
                self.looks.insert(job, self.sees(job, protocol.redis_first));
            }
            Happening::LookSecond(job) => {
                if self.looks.remove(&job) == Some(false) && !self.sees(job, !protocol.redis_first) {
                    return Err(format!("job {job} was accepted, and a page finds it nowhere"));
                }
            }
            Happening::LookFirst(_) => {}
        }
        self.check()
    }

    fn sees(&self, job: usize, redis: bool) -> bool {
        if redis { self.records.contains(&job) } else { self.results.contains(&job) }
    }

    /// The record and the entry are one script; a second push finds the record, or later the result.
    fn push(&mut self, job: usize) {
        if !self.records.contains(&job) && !self.results.contains(&job) {
            self.records.insert(job);
            self.entries += 1;
            self.stream.insert(self.entries, Entry { job, owner: None, lease_over: false });
        }
        self.accepted.insert(job);
    }

    fn fetch(&mut self, protocol: &Protocol, worker: usize) {
        if self.runs[worker].is_some() {
            return;
        }
        let Some((&entry, found)) = self.stream.iter_mut().find(|(_, entry)| entry.owner.is_none()) else {
            return;
        };
        found.owner = Some(self.names[worker]);
        let job = found.job;
        self.begin(protocol, worker, entry, job);
    }

    fn reclaim(&mut self, protocol: &Protocol, worker: usize) {
        if !protocol.reclaim || self.runs[worker].is_some() {
            return;
        }
        let Some((&entry, found)) = self.stream.iter_mut().find(|(_, entry)| entry.lease_over) else {
            return;
        };
        found.owner = Some(self.names[worker]);
        found.lease_over = false;
        let job = found.job;
        self.begin(protocol, worker, entry, job);
    }

    fn begin(&mut self, protocol: &Protocol, worker: usize, entry: u32, job: usize) {
        if !protocol.record_until_acknowledged {
            self.records.remove(&job);
        }
        self.runs[worker] = Some(Run { job, entry, next: 0, claimed: false, effect: false, result: false });
    }

    /// Whatever a worker holds is nobody's any more. Its open transaction lives as long as its process.
    fn give_up(&mut self, worker: usize) {
        let name = self.names[worker];
        for entry in self.stream.values_mut().filter(|entry| entry.owner == Some(name)) {
            entry.lease_over = true;
        }
    }

    fn go(&mut self, protocol: &Protocol, worker: usize) {
        let Some(mut run) = self.runs[worker].take() else { return };
        let Some(step) = protocol.steps.get(run.next).copied() else { return };
        match step {
            Step::Claim => {
                let twin = self.runs.iter().flatten().any(|other| other.job == run.job && other.claimed);
                if twin {
                    self.runs[worker] = Some(run);
                    return;
                }
                if self.results.contains(&run.job) {
                    // Done before: only the acknowledgement is left.
                    self.acknowledge(protocol, worker, &run);
                    return;
                }
                run.claimed = true;
            }
            Step::Effect if protocol.effect_in_transaction => run.effect = true,
            Step::Effect => *self.effects.entry(run.job).or_default() += 1,
            Step::Result => run.result = true,
            Step::Commit => {
                if run.effect {
                    *self.effects.entry(run.job).or_default() += 1;
                }
                if run.result {
                    self.results.insert(run.job);
                }
                (run.claimed, run.effect, run.result) = (false, false, false);
            }
            Step::Acknowledge => self.acknowledge(protocol, worker, &run),
        }
        run.next += 1;
        self.runs[worker] = (run.next < protocol.steps.len()).then_some(run);
    }

    fn acknowledge(&mut self, protocol: &Protocol, worker: usize, run: &Run) {
        let ours = self.stream.get(&run.entry).is_some_and(|entry| entry.owner == Some(self.names[worker]));
        if ours || !protocol.own_only {
            self.stream.remove(&run.entry);
            self.records.remove(&run.job);
        }
    }

    /// What must hold at every moment.
    fn check(&self) -> Result<(), String> {
        for (job, times) in &self.effects {
            if *times > 1 {
                return Err(format!("job {job} happened {times} times"));
            }
        }
        for job in &self.results {
            if !self.effects.contains_key(job) {
                return Err(format!("job {job} is said to be done and has not happened"));
            }
        }
        Ok(())
    }

    /// Lets the dust settle: nothing more is asked for, nobody dies, and everybody works.
    fn settle(&mut self, protocol: &Protocol) -> Result<(), String> {
        for worker in 0..WORKERS {
            self.happen(protocol, Happening::Crash(worker))?;
        }
        let idle = |world: &Self| world.stream.is_empty() && world.runs.iter().all(Option::is_none);
        for _ in 0..JOBS * 30 {
            if idle(self) {
                break;
            }
            for worker in 0..WORKERS {
                self.happen(protocol, Happening::Fetch(worker))?;
                self.happen(protocol, Happening::Reclaim(worker))?;
                self.happen(protocol, Happening::Go(worker))?;
            }
        }
        for job in &self.accepted {
            if self.effects.get(job) != Some(&1) {
                return Err(format!("job {job} was accepted and never happened"));
            }
        }
        if self.stream.is_empty() && self.records.is_empty() {
            Ok(())
        } else {
            Err(format!("left over: {:?} {:?}", self.stream, self.records))
        }
    }
}

fn happening() -> impl Strategy<Value = Happening> {
    let job = 0..JOBS;
    let worker = 0..WORKERS;
    prop_oneof![
        2 => job.clone().prop_map(Happening::Push),
        3 => worker.clone().prop_map(Happening::Fetch),
        8 => worker.clone().prop_map(Happening::Go),
        1 => worker.clone().prop_map(Happening::Crash),
        1 => worker.clone().prop_map(Happening::Oversleep),
        2 => worker.prop_map(Happening::Reclaim),
        1 => job.clone().prop_map(Happening::LookFirst),
        1 => job.prop_map(Happening::LookSecond),
    ]
}

/// Runs many histories; the shortest one that breaks a promise, if any does.
fn histories(protocol: Protocol, cases: u32) -> Result<(), String> {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let history = prop::collection::vec(happening(), 1..80);
    let told = runner.run(&history, |history| {
        let mut world = World::new();
        let mut live = || {
            for happening in &history {
                world.happen(&protocol, *happening)?;
            }
            world.settle(&protocol)
        };
        live().map_err(TestCaseError::fail)
    });
    told.map_err(|error| error.to_string())
}

#[test]
fn no_history_loses_or_doubles_a_job() {
    if let Err(found) = histories(Protocol::REAL, 3_000) {
        panic!("{found}");
    }
}

/// Each of these has one step swapped or left out, and some history shows it.
#[test]
fn every_swapped_step_is_found_out() {
    use Step::{Acknowledge, Claim, Commit, Effect, Result};
    let real = Protocol::REAL;
    let swapped = [
        (
            "acknowledged before the commit",
            Protocol { steps: &[Claim, Effect, Result, Acknowledge, Commit], ..real },
        ),
        ("no claim", Protocol { steps: &[Effect, Result, Commit, Acknowledge], ..real }),
        (
            "the claim after the effect",
            Protocol { steps: &[Effect, Commit, Claim, Result, Commit, Acknowledge], ..real },
        ),
        (
            "the result before the effect",
            Protocol { steps: &[Claim, Result, Commit, Effect, Commit, Acknowledge], ..real },
        ),
        ("no result", Protocol { steps: &[Claim, Effect, Commit, Acknowledge], ..real }),
        ("an effect outside the transaction", Protocol { effect_in_transaction: false, ..real }),
        ("nobody takes over", Protocol { reclaim: false, ..real }),
        ("Postgres before Redis", Protocol { redis_first: false, ..real }),
        ("the record goes at the fetch", Protocol { record_until_acknowledged: false, ..real }),
    ];
    for (name, protocol) in swapped {
        assert!(histories(protocol, 20_000).is_err(), "not found out: {name}");
    }
    // A worker that was given up may acknowledge another's delivery only after its own commit: harmless, and
    // not done all the same, for a verdict other than "done" would put the job off twice.
    assert!(histories(Protocol { own_only: false, ..real }, 500).is_ok());
}
