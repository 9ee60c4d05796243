//! The storm: events and notes, each sent five times in random order, while each second one of edge, worker,
//! Redis and Postgres is killed. Nothing is lost, nothing is there twice.

#![expect(clippy::print_stderr, reason = "the seed is what a failure is repeated with")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use sandbox::postgres::Stop;
use sandbox::simulateur::Moyen;
use serde_json::Value;
use tests::{App, Bureau, Courier, Expected, Options, PATIENCE};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{event, faulty, office};

/// How much of it.
struct Storm {
    seed: u64,
    events: usize,
    copies: usize,
}

/// What a storm was.
#[derive(Debug)]
struct Told {
    kills: BTreeMap<&'static str, usize>,
    deliveries: usize,
    refused: usize,
    seconds: u64,
}

#[derive(Clone)]
enum Letter {
    Event(Arc<Value>),
    Note(usize),
}

/// Letters to be delivered, and how often the door was shut.
struct Bag {
    letters: Vec<Letter>,
    under_way: usize,
    refused: usize,
    /// When the last one was taken.
    taken: Instant,
    /// What the last one was told that was not.
    told: String,
}

impl Bag {
    /// # Panics
    /// When nobody has taken a letter for a long time: the storm would never end.
    fn check(&self) {
        let left = self.letters.len();
        assert!(self.taken.elapsed() < PATIENCE * 2, "{left} letters that nobody takes: {}", self.told);
    }
}

/// Brings letters until none is left; whom nobody answered is brought again, as Stripe and browsers do.
async fn bring(bag: Arc<Mutex<Bag>>, courier: Courier, claire: Bureau, client: Uuid) {
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    loop {
        let letter = {
            let mut bag = bag.lock().unwrap();
            match bag.letters.pop() {
                Some(letter) => {
                    bag.under_way += 1;
                    Some(letter)
                }
                None if bag.under_way == 0 => return,
                None => None,
            }
        };
        let Some(letter) = letter else {
            pace.tick().await;
            continue;
        };
        let answer = match &letter {
            Letter::Event(event) => courier.deliver(event).await,
            Letter::Note(n) => claire.push_note(client, &format!("note {n}")).await,
        };
        let (taken, told) = match answer {
            Ok(answer) => {
                let told = format!("{} {}", answer.status, answer.text);
                let known = answer.status.is_success() || answer.status == 503;
                assert!(known, "{told}");
                (answer.status.is_success(), told)
            }
            Err(error) => (false, format!("{error:?}")),
        };
        {
            let mut bag = bag.lock().unwrap();
            bag.under_way -= 1;
            if taken {
                bag.taken = Instant::now();
            } else {
                bag.refused += 1;
                bag.told = told;
                bag.letters.insert(0, letter);
            }
        }
        if !taken {
            pace.tick().await;
        }
    }
}

/// Sessions that were paid at Stripe, and nobody was told.
async fn paid_sessions(app: &App, claire: &Bureau, client: Uuid, count: usize) -> Vec<Value> {
    for n in 0..count {
        let deal = claire.add_won_deal(client, &format!("deal {n}"), "100").await;
        claire.pay_link(deal).await;
    }
    for session in app.simulateur.sessions() {
        app.simulateur.pay(&session.id, Moyen::Carte).await.unwrap();
    }
    app.simulateur.events("checkout.session.completed")
}

/// Whom a storm may hit.
pub(crate) const VICTIMS: [&str; 4] = ["edge", "worker", "Redis", "Postgres"];

/// `kill -9` (Postgres: an immediate stop), and up again.
pub(crate) async fn kill_one(app: &mut App, victim: &str) {
    match victim {
        "edge" => {
            app.kill_edge();
            app.start_edge().await;
        }
        "worker" => {
            let mut worker = app.workers.remove(0);
            worker.stop(Signal::SIGKILL, Duration::from_secs(5)).unwrap();
            app.start_worker();
        }
        "Redis" => {
            app.redis.kill().unwrap();
            app.redis.restart().unwrap();
        }
        _ => {
            app.postgres.stop(Stop::Immediate).unwrap();
            app.postgres.restart().unwrap();
        }
    }
}

async fn weather(storm: Storm) -> Told {
    let Storm { seed, events, copies } = storm;
    let mut rng = chance(seed);
    let (mut app, claire, client) = office(Options { webhooks: false, workers: 2, ..faulty() }).await;
    let mut told = paid_sessions(&app, &claire, client, events / 100).await;
    told.extend((told.len()..events).map(|n| event(&format!("evt_{n}"))));
    let letters: Vec<Letter> = told.into_iter().map(|event| Letter::Event(Arc::new(event))).collect();
    let notes = (0..events / 10).map(Letter::Note);
    let once: Vec<Letter> = letters.into_iter().chain(notes).collect();
    let mut letters: Vec<Letter> = (0..copies).flat_map(|_| once.iter().cloned()).collect();
    letters.shuffle(&mut rng);
    let deliveries = letters.len();

    let began = Instant::now();
    let bag = Bag { letters, under_way: 0, refused: 0, taken: began, told: String::new() };
    let bag = Arc::new(Mutex::new(bag));
    let mut bringers = JoinSet::new();
    for _ in 0..16 {
        bringers.spawn(bring(bag.clone(), app.courier(), claire.clone(), client));
    }
    let mut kills = BTreeMap::<&str, usize>::new();
    let most_kills = events / 40;
    let mut each_second = tokio::time::interval(Duration::from_secs(1));
    each_second.tick().await;
    loop {
        tokio::select! {
            ended = bringers.join_next() => match ended {
                None => break,
                Some(ended) => ended.unwrap(),
            },
            // On a busy machine a process needs longer than a second to come back: then the storm ends first.
            _ = each_second.tick() => {
                bag.lock().unwrap().check();
                if kills.values().sum::<usize>() == most_kills {
                    continue;
                }
                let victim = VICTIMS[rng.random_range(0..4)];
                kill_one(&mut app, victim).await;
                *kills.entry(victim).or_default() += 1;
            }
        }
    }
    let refused = bag.lock().unwrap().refused;
    app.check_l_with(Expected { patience: Duration::from_mins(2), ..Expected::default() }).await;
    assert_eq!(app.witness.events(), events);
    Told { kills, deliveries, refused, seconds: began.elapsed().as_secs() }
}

/// What `SEED` repeats.
pub(crate) fn seed() -> u64 {
    std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random)
}

/// The order of things, which the printed seed repeats.
pub(crate) fn chance(seed: u64) -> StdRng {
    eprintln!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_in_a_storm() {
    let told = weather(Storm { seed: seed(), events: 2_000, copies: 5 }).await;
    eprintln!("{told:?}");
    assert!(told.kills.values().sum::<usize>() >= 3, "hardly a storm: {told:?}");
}

/// The long run: `make soak` (`SEEDS`, `EVENTS`, the first `SEED`). Its page is `docs/soak.md`: a line is added as soon
/// as its storm is over, so that a run can be ended, and continued by another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the long run: make soak"]
async fn soak() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let events = usize::try_from(number("EVENTS", 20_000)).unwrap();
    let first = seed() % 1_000_000_000;
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/soak.md");
    let earlier = std::fs::read_to_string(place).unwrap_or_default();
    let is_storm =
        |line: &&str| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit());
    let mut lines: Vec<String> = earlier.lines().filter(is_storm).map(str::to_owned).collect();
    for seed in first..first + number("SEEDS", 20) {
        let told = weather(Storm { seed, events, copies: 5 }).await;
        let of = |name| told.kills.get(name).copied().unwrap_or_default();
        lines.push(format!(
            "| {seed} | {events} | {} | {} | {} | {} | {} | {} | {} | 0 | 0 |",
            told.deliveries,
            told.refused,
            of("edge"),
            of("worker"),
            of("Redis"),
            of("Postgres"),
            told.seconds,
        ));
        std::fs::write(place, page(&lines)).unwrap();
    }
}

/// A run that loses or doubles anything ends before its line is written.
fn page(lines: &[String]) -> String {
    format!(
        "# The long run\n\n\
         Written by `make soak`, which adds to the lines that are here. Each line is one storm: events and notes, each\n\
         sent five times in random order, while each second one of edge, worker, Redis (AOF, everysec) and Postgres\n\
         (fsync) is killed with SIGKILL (Postgres: immediate stop). It ends with check L (`tests/src/check.rs`): every\n\
         event that was answered 2xx stands once, the paid sessions are the ledger's, nothing is left in Redis, nothing\n\
         is parked, nothing panicked.\n\n\
         | seed | events | deliveries | refused and sent again | edge killed | worker | Redis | Postgres | seconds | lost | doubled |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n{}\n",
        lines.join("\n")
    )
}
