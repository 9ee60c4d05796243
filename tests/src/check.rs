//! Check L: what must be true of the ledger once the dust has settled, whatever broke meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common::job::Queue;
use common::queue::keys;
use sandbox::simulateur::Outcome;

use crate::app::App;
use crate::people::Answer;

/// Remembers what the product answered: what was said is what is held against it. Clones share the memory.
#[derive(Debug, Clone, Default)]
pub struct Witness(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    /// Events that were answered 2xx.
    events: BTreeSet<String>,
    /// Notes that were accepted (2xx), by their text, and how many were sent in all.
    notes: BTreeSet<String>,
    /// Answers that must never be seen: 5xx other than 503 with `Retry-After`.
    failures: Vec<String>,
}

impl Witness {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes notice of any answer.
    pub fn saw(&self, answer: Answer) -> Answer {
        let excused = answer.status == 503 && !answer.header("retry-after").is_empty();
        if answer.status.is_server_error() && !excused {
            self.memory().failures.push(format!("{} {}", answer.status, answer.text));
        }
        answer
    }

    /// Takes notice of the answer to an event.
    pub fn saw_event(&self, id: &str, answer: Answer) -> Answer {
        if answer.status.is_success() {
            self.memory().events.insert(id.to_owned());
        }
        self.saw(answer)
    }

    /// Takes notice of the answer to a note, known by its text.
    pub fn saw_note(&self, texte: &str, answer: Answer) -> Answer {
        if answer.status.is_success() {
            self.memory().notes.insert(texte.to_owned());
        }
        self.saw(answer)
    }

    /// How many events were answered 2xx.
    pub fn events(&self) -> usize {
        self.memory().events.len()
    }
}

/// What a test expects beyond the rule.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Jobs that stand parked.
    pub parked: i64,
    /// Redis lost what it had acknowledged: what was accepted stands at most once.
    pub wiped: bool,
    /// How long the dust may take to settle: longer than the longest back-off that the test provokes.
    pub patience: Duration,
}

impl Default for Expected {
    fn default() -> Self {
        Self { parked: 0, wiped: false, patience: Duration::from_mins(1) }
    }
}

impl App {
    /// Check L, nothing parked and nothing wiped.
    pub async fn check_l(&self) {
        self.check_l_with(Expected::default()).await;
    }

    /// Check L.
    ///
    /// Waits until nothing is waiting, running, delayed or recorded in Redis, then holds Postgres against what
    /// was answered and against what Stripe knows.
    pub async fn check_l_with(&self, expected: Expected) {
        let settle = async {
            let mut glance = tokio::time::interval(Duration::from_millis(50));
            while !self.unfinished().await.is_empty() {
                glance.tick().await;
            }
        };
        let settled = tokio::time::timeout(expected.patience, settle).await;
        assert!(settled.is_ok(), "the queues are not empty: {}", self.unfinished().await);
        self.check_events(expected).await;
        self.check_notes(expected).await;
        self.check_ledger().await;
        assert_eq!(
            self.count("SELECT count(*) FROM job_resultat WHERE statut = 'echoue'").await,
            expected.parked,
            "parked jobs"
        );
        assert_eq!(self.count("SELECT count(*) FROM job_resultat WHERE statut = 'en_cours'").await, 0);
        let failures = self.witness.memory().failures.clone();
        assert!(failures.is_empty(), "answers that nobody should see:\n{}", failures.join("\n"));
        for name in ["edge", "worker"] {
            let panicked = self.log(name).contains("panicked at");
            assert!(!panicked || self.may_panic(), "{name} panicked");
        }
    }

    /// What is still in Redis, in words; empty when nothing is.
    async fn unfinished(&self) -> String {
        let look = async || {
            let client = redis::Client::open(self.redis.url())?;
            let mut redis = client.get_multiplexed_async_connection().await?;
            let mut found = Vec::new();
            for queue in Queue::ALL {
                let (waiting, delayed): (u64, u64) = redis::pipe()
                    .cmd("XLEN")
                    .arg(keys::stream(queue))
                    .cmd("ZCARD")
                    .arg(keys::delayed(queue))
                    .query_async(&mut redis)
                    .await?;
                // In flight: what is pending is also in the stream, unless somebody deleted it there.
                let pending: redis::RedisResult<(u64, redis::Value, redis::Value, redis::Value)> =
                    redis::cmd("XPENDING")
                        .arg(&[&keys::stream(queue), keys::GROUP])
                        .query_async(&mut redis)
                        .await;
                let pending = pending.map_or(0, |pending| pending.0);
                let records: Vec<String> =
                    redis::cmd("KEYS").arg(keys::record(queue, "*")).query_async(&mut redis).await?;
                if waiting + delayed + pending > 0 || !records.is_empty() {
                    let records = records.len();
                    let queue = queue.as_str();
                    found.push(format!(
                        "{queue}: {waiting} in the stream, {pending} in flight, {delayed} delayed, {records} records"
                    ));
                }
            }
            redis::RedisResult::Ok(found.join("; "))
        };
        look().await.unwrap_or_else(|error| error.to_string())
    }

    /// Each event that was answered 2xx stands exactly once.
    async fn check_events(&self, expected: Expected) {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT stripe_event_id, count(*) FROM evenement_stripe GROUP BY 1")
                .fetch_all(&self.db)
                .await
                .expect("the events");
        let mut accepted = self.witness.memory().events.clone();
        let delivered = self.simulateur.deliveries().into_iter();
        accepted.extend(delivered.filter(|it| it.etat == Outcome::Livree).map(|it| it.evenement));
        let found: BTreeMap<String, i64> = rows.into_iter().collect();
        let doubled: Vec<_> = found.iter().filter(|(_, times)| **times != 1).collect();
        assert!(doubled.is_empty(), "events that stand twice: {doubled:?}");
        let lost: Vec<_> = accepted.iter().filter(|id| !found.contains_key(*id)).collect();
        assert!(lost.is_empty() || expected.wiped, "{} events were lost: {lost:?}", lost.len());
    }

    /// Each accepted note stands exactly once, on whatever timeline; one that was never answered at most once.
    async fn check_notes(&self, expected: Expected) {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT description_texte, count(*) FROM evenement_timeline WHERE type_evenement = 'note' GROUP BY 1",
        )
        .fetch_all(&self.db)
        .await
        .expect("the notes");
        let doubled: Vec<_> = rows.iter().filter(|(_, times)| *times != 1).collect();
        assert!(doubled.is_empty(), "notes that stand twice: {doubled:?}");
        let found: BTreeSet<String> = rows.into_iter().map(|(texte, _)| texte).collect();
        let accepted = self.witness.memory().notes.clone();
        let lost: Vec<_> = accepted.difference(&found).collect();
        // A parked job is accepted, not done, and not lost.
        let parked = usize::try_from(expected.parked).expect("few");
        assert!(lost.len() <= parked || expected.wiped, "{} notes were lost: {lost:?}", lost.len());
    }

    /// Stripe's paid sessions are the ledger's, to the minor unit; each stands once on the timeline.
    async fn check_ledger(&self) {
        let sessions = self.simulateur.sessions().into_iter().filter(|it| it.statut_paiement == "paid");
        let mut paid: Vec<(String, i64, String)> =
            sessions.map(|it| (it.id, it.montant, it.devise.to_uppercase())).collect();
        paid.sort();
        let rows: Vec<(String, i64, String)> = sqlx::query_as(
            "SELECT stripe_id, montant_minor, devise FROM paiement WHERE type = 'recu' AND conforme ORDER BY 1",
        )
        .fetch_all(&self.db)
        .await
        .expect("the ledger");
        assert_eq!(rows, paid, "the ledger, and what was paid at Stripe");
        let told = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'paiement_recu'";
        assert_eq!(
            self.count(told).await,
            i64::try_from(paid.len()).expect("few"),
            "payments on the timeline"
        );
        let paid_deals = "SELECT count(DISTINCT opportunite_id) FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id
            WHERE p.type = 'recu' AND conforme AND o.statut_paiement = 'en_attente'";
        assert_eq!(self.count(paid_deals).await, 0, "paid deals that do not show it");
    }
}
