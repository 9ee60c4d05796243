//! What the simulator remembers.

use std::collections::{BTreeMap, HashMap};

use rand::seq::IndexedRandom;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::catalogue::{Price, Product};
use super::dispute::Dispute;
use super::error::{Result, StripeError};
use super::means::{Course, Method};
use super::refund::Refund;
use super::table::{Row, Table};

/// Everything; written to a file when the simulator is asked to keep it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    pub(crate) sessions: Table<Session>,
    pub(crate) intents: Table<Intent>,
    pub(crate) refunds: Table<Refund>,
    pub(crate) disputes: Table<Dispute>,
    pub(crate) products: Table<Product>,
    pub(crate) prices: Table<Price>,
    pub(crate) methods: Table<Method>,
    pub(crate) events: Table<Event>,
    pub(crate) deliveries: Table<Delivery>,
    pub(crate) keys: HashMap<String, StoredAnswer>,
}

impl State {
    /// The intent that a charge belongs to.
    pub(crate) fn intent_of_charge(&self, charge: &str) -> Result<&Intent> {
        let found = self.intents.rows().iter().find(|intent| intent.charge == charge);
        found.ok_or_else(|| StripeError::no_such("charge", "charge", charge))
    }

    /// The intent of a session's last attempt.
    pub(crate) fn intent_of_session(&self, session: &str) -> Result<&Intent> {
        let intent = self.sessions.get(session)?.intent.as_ref();
        let intent = intent.ok_or_else(|| StripeError::refused("Nobody tried to pay this Checkout Session."));
        self.intents.get(intent?)
    }
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
    /// The price that was asked for; none if it was made for this session.
    #[serde(default)]
    pub(crate) price: Option<String>,
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
    /// `requires_payment_method`, `processing`, `succeeded`, `canceled`.
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
    /// What the test card brings after it has paid.
    #[serde(default)]
    pub(crate) course: Course,
    #[serde(default)]
    pub(crate) disputed: bool,
    #[serde(default)]
    pub(crate) canceled_at: Option<i64>,
    /// Made by a session's page, which alone may end it.
    #[serde(default)]
    pub(crate) of_checkout: bool,
}

/// An event, with the object as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) created: i64,
    pub(crate) object: Value,
    /// What the changed fields were, if it tells of a change.
    #[serde(default)]
    pub(crate) previous: Option<Value>,
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
    Refund => "refund", "refund";
    Dispute => "dispute", "dispute";
    Product => "product", "id";
    Price => "price", "price";
    Method => "PaymentMethod", "payment_method";
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
