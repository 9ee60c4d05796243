//! What the simulator remembers.

use std::collections::{BTreeMap, HashMap};

use rand::seq::IndexedRandom;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Result, StripeError};

/// Everything; written to a file when the simulator is asked to keep it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    pub(crate) sessions: Table<Session>,
    pub(crate) intents: Table<Intent>,
    pub(crate) events: Table<Event>,
    pub(crate) deliveries: Table<Delivery>,
    pub(crate) keys: HashMap<String, StoredAnswer>,
}

/// A row that has an id.
pub(crate) trait Row {
    fn id(&self) -> &str;
    /// What Stripe calls it, and the parameter that names it, in "No such …".
    const NAMES: (&'static str, &'static str);
}

/// Rows in the order of their making, found by id; none is ever removed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "Vec<T>", into = "Vec<T>", bound = "T: Clone + Row + Serialize + for<'a> Deserialize<'a>")]
pub(crate) struct Table<T: Clone + Row> {
    rows: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T: Clone + Row> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Clone + Row> From<Vec<T>> for Table<T> {
    fn from(rows: Vec<T>) -> Self {
        let places = rows.iter().enumerate().map(|(place, row)| (row.id().to_owned(), place)).collect();
        Self { rows, places }
    }
}

impl<T: Clone + Row> From<Table<T>> for Vec<T> {
    fn from(table: Table<T>) -> Self {
        table.rows
    }
}

impl<T: Clone + Row> Clone for Table<T> {
    fn clone(&self) -> Self {
        self.rows.clone().into()
    }
}

impl<T: Clone + Row> Table<T> {
    pub(crate) fn insert(&mut self, row: T) {
        self.places.insert(row.id().to_owned(), self.rows.len());
        self.rows.push(row);
    }

    pub(crate) fn get(&self, id: &str) -> Result<&T> {
        self.places.get(id).map(|place| &self.rows[*place]).ok_or_else(|| not_found::<T>(id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Result<&mut T> {
        let place = self.places.get(id).ok_or_else(|| not_found::<T>(id))?;
        Ok(&mut self.rows[*place])
    }

    /// Oldest first.
    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }
}

fn not_found<T: Row>(id: &str) -> StripeError {
    StripeError::no_such(T::NAMES.0, T::NAMES.1, id)
}

/// A Checkout Session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) expires_at: i64,
    /// `open`, `complete`, `expired`.
    pub(crate) status: String,
    /// `unpaid`, `paid`.
    pub(crate) payment_status: String,
    pub(crate) currency: String,
    pub(crate) total: i64,
    pub(crate) lines: Vec<Line>,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) submit_type: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) invoice_creation: bool,
    /// What the payer may choose: `card`, `sepa_debit`.
    pub(crate) means: Vec<String>,
    pub(crate) intent_metadata: BTreeMap<String, String>,
    pub(crate) intent_description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    /// The intent of the last attempt, shown as the session's once it is complete.
    pub(crate) intent: Option<String>,
    /// The last attempt was declined.
    pub(crate) declined: bool,
    /// A bank debit that was announced to fail when its time comes.
    pub(crate) debit_will_fail: bool,
    pub(crate) request: Origin,
}

/// One line of a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) unit_amount: i64,
    pub(crate) quantity: i64,
}

/// A `PaymentIntent` with its one charge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) charge: String,
    pub(crate) created: i64,
    /// `requires_payment_method`, `processing`, `succeeded`.
    pub(crate) status: String,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    /// `card`, `sepa_debit`.
    pub(crate) means: String,
    pub(crate) description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    /// A decline code, after a failure.
    pub(crate) failure: Option<String>,
}

/// An event, with the object as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) created: i64,
    pub(crate) object: Value,
    pub(crate) request: Origin,
    /// How many deliveries of it are not done.
    #[serde(default)]
    pub(crate) pending: usize,
    /// It was to be sent.
    #[serde(default)]
    pub(crate) due: bool,
    /// The endpoint took it.
    #[serde(default)]
    pub(crate) taken: bool,
}

impl Event {
    /// For `delivery_success`: the endpoint took it, or nobody wanted it.
    pub(crate) fn is_delivered(&self) -> bool {
        self.taken || !self.due
    }
}

/// Which API request made it so; empty for what a payer or the clock did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

/// An event on its way to the webhook endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) kind: String,
    pub(crate) outcome: Outcome,
    pub(crate) attempts: Vec<Attempt>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Being tried, or waiting for the next try.
    EnCours,
    /// Answered with 2xx.
    Livree,
    /// All tries failed.
    Abandonnee,
    /// Lost on purpose, by a fault.
    Perdue,
}

/// One try of a delivery.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was sent, in seconds since 1970.
    pub date: i64,
    /// The endpoint's answer, if there was one.
    pub statut: Option<u16>,
    /// Why there was none.
    pub erreur: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(rename = "dureeMs")]
    pub duree_ms: u64,
}

/// What an idempotency key was first used for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredAnswer {
    pub(crate) path: String,
    pub(crate) params: String,
    /// Status and body; none while the first request is being worked on.
    pub(crate) answer: Option<(u16, String)>,
}

macro_rules! rows {
    ($($type:ty => $what:literal, $param:literal;)+) => {
        $(impl Row for $type {
            const NAMES: (&'static str, &'static str) = ($what, $param);
            fn id(&self) -> &str { &self.id }
        })+
    };
}
rows! {
    Session => "checkout.session", "session";
    Intent => "payment_intent", "intent";
    Event => "event", "id";
    Delivery => "delivery", "id";
}

/// An id in Stripe's manner: `prefix` and letters and digits by chance.
pub(crate) fn new_id(prefix: &str, length: usize) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rng = rand::rng();
    let mut id = prefix.to_owned();
    id.extend((0..length).filter_map(|_| LETTERS.choose(&mut rng)).map(|letter| char::from(*letter)));
    id
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "Stripe has a clock of its own, and this stands for Stripe")]
pub(crate) fn now() -> i64 {
    chrono::Utc::now().timestamp()
}
