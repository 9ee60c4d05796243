//! Stripe: the calls that jobs make, and what its answers mean. Nothing else names async-stripe.
//!
//! Each call carries its own key, frozen parameters and time-out; trying again is the queue's trade.

mod read;
mod reduced;
mod refund;

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use common::domaine::Langue;
use common::montant::Devise;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stripe::{ApiErrorsType, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionPaymentIntentData, ExpireCheckoutSession, ProductData, RetrieveCheckoutSession,
};
use uuid::Uuid;

pub use self::read::{ListedEvent, ListedEvents, WebhookEndpoint};
pub use self::reduced::reduced;
pub use self::refund::RefundParams;

/// How long one call may take. Checkout answers in well under a second.
const TIMEOUT: Duration = Duration::from_secs(20);

/// One account of Stripe's, by its secret key.
#[derive(Clone)]
pub struct Stripe {
    client: stripe::Client,
    livemode: bool,
}

/// The frozen parameters of one attempt, stored before the first call so that every retry sends the
/// same bytes. The payment link is not among them: its token is opened from its seal at each call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionParams {
    /// The root of the links that Stripe returns to (`PUBLIC_URL` when the attempt was made).
    pub racine: String,
    /// Our id of the attempt.
    pub session_paiement_id: Uuid,
    /// The deal.
    pub opportunite_id: Uuid,
    /// The deal's client.
    pub client_id: Uuid,
    /// What is sold, as Checkout shows it.
    pub titre: String,
    /// What is to be paid, in Stripe's minor units.
    pub montant_minor: i64,
    /// ISO 4217.
    pub devise: Devise,
    /// Checkout's language.
    pub langue: Langue,
    /// The address that Checkout fills in for the client.
    pub email: Option<String>,
    /// When Stripe closes the session: under 24 h from the first call, as Stripe asks.
    pub date_expiration: DateTime<Utc>,
}

/// What a job asks of Stripe.
#[derive(Debug, Clone)]
pub enum StripeCall {
    /// Open a session. The same key and parameters give the same session.
    Create {
        /// The attempt's idempotency key.
        cle: String,
        /// The attempt's frozen parameters.
        params: Box<SessionParams>,
        /// The deal's payment link on [`SessionParams::racine`], where Checkout returns.
        lien: SecretString,
    },
    /// Expire a session that the database knows; learn its state when it is no longer open.
    Expire {
        /// `cs_…`, as the database holds it (the library does not escape ids).
        stripe_session_id: String,
    },
    /// Give money back.
    Refund(RefundParams),
    /// Learn what became of a refund that was asked for.
    FindRefund(RefundParams),
    /// Learn a session's state.
    Retrieve {
        /// `cs_…`, as the database holds it.
        stripe_session_id: String,
    },
    /// Learn what an event that disagrees with our knowledge is about. The answer helps and decides nothing: the
    /// event is applied whatever Stripe says to this.
    Confirm(Question),
}

impl StripeCall {
    /// What it is, in a word.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Expire { .. } => "expire",
            Self::Refund(_) => "refund",
            Self::FindRefund(_) => "find_refund",
            Self::Retrieve { .. } => "retrieve",
            Self::Confirm(_) => "confirm",
        }
    }
}

/// What is asked about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The session of this id (`cs_…`), as the event names it.
    Session(String),
    /// The session that this `PaymentIntent` (`pi_…`) paid.
    SessionOfIntent(String),
    /// All refunds of this `PaymentIntent`.
    RefundsOfIntent(String),
}

/// What Stripe says of a Checkout Session: in answer to a call, or inside an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StripeSession {
    /// `cs_…`
    pub id: String,
    /// `open`, `complete` or `expired`.
    pub status: Option<String>,
    /// `paid`, `unpaid` or `no_payment_required`.
    pub payment_status: Option<String>,
    /// In minor units.
    pub amount_total: Option<i64>,
    /// ISO 4217 in small letters.
    pub currency: Option<String>,
    /// Real money, or Stripe's test mode.
    pub livemode: bool,
    /// `pi_…`, once there is one.
    #[serde(default)]
    pub payment_intent: Option<String>,
    /// The page to pay at, while the session is open.
    #[serde(default)]
    pub url: Option<String>,
    /// What we gave it at birth: `opportuniteId`, `clientId`, `sessionPaiementId`.
    #[serde(default)]
    pub metadata: HashMap<String, String>,
}

impl StripeSession {
    /// What Stripe says is to be paid; `None` when the amount is missing or the currency is none that we can
    /// count. Such a session is kept in its event and reaches no ledger.
    #[must_use]
    pub fn amount(&self) -> Option<(i64, Devise)> {
        let devise = Devise::parse(self.currency.as_deref()?).ok()?;
        self.amount_total.filter(|amount| *amount >= 0).map(|amount| (amount, devise))
    }

    /// An id that we put into the metadata.
    #[must_use]
    pub fn metadata_id(&self, key: &str) -> Option<Uuid> {
        self.metadata.get(key).and_then(|text| text.parse().ok())
    }
}

/// As much of an event as is needed to apply it. Whatever else it holds is kept raw.
#[derive(Debug, Clone, Deserialize)]
pub struct StripeEvent {
    /// `checkout.session.completed`, …
    pub r#type: String,
    /// When it happened, in seconds since 1970.
    pub created: Option<i64>,
    /// Real money, or Stripe's test mode.
    pub livemode: Option<bool>,
    /// The version of the API that shaped it.
    pub api_version: Option<String>,
    data: Option<StripeEventData>,
}

#[derive(Debug, Clone, Deserialize)]
struct StripeEventData {
    object: Value,
}

impl StripeEvent {
    /// Reads a body; `None` when it is no event. NUL, which JSON can spell and no text column can hold, is
    /// dropped wherever it stands.
    #[must_use]
    pub fn parse(corps: &str) -> Option<Self> {
        let mut value = serde_json::from_str(corps).ok()?;
        drop_nul(&mut value);
        serde_json::from_value(value).ok()
    }

    /// The event's object, as one of the shapes that we know. Genuine and of another shape: the event is
    /// kept raw, and harmless.
    pub fn object<T: DeserializeOwned>(&self) -> Option<T> {
        let object = &self.data.as_ref()?.object;
        serde_json::from_value(object.clone())
            .inspect_err(|error| {
                tracing::warn!(r#type = self.r#type, "an event's object cannot be read: {error}");
            })
            .ok()
    }

    /// Whether it tells of a Checkout Session.
    #[must_use]
    pub fn is_session(&self) -> bool {
        self.r#type.starts_with("checkout.session.")
    }

    /// The charge, of an event that tells how much of it was given back.
    #[must_use]
    pub fn refunded_charge(&self) -> Option<StripeCharge> {
        if self.r#type == "charge.refunded" { self.object() } else { None }
    }

    /// The client that its object names: what we gave it at birth.
    #[must_use]
    pub fn client_id(&self) -> Option<Uuid> {
        self.data.as_ref()?.object["metadata"]["clientId"].as_str()?.parse().ok()
    }

    /// The id of the object that it tells of, in whatever shape.
    #[must_use]
    pub fn object_id(&self) -> Option<String> {
        self.data.as_ref()?.object["id"].as_str().map(str::to_owned)
    }

    /// Whether it tells of money that goes back.
    #[must_use]
    pub fn is_reversal(&self) -> bool {
        self.r#type.starts_with("refund.") || self.r#type.starts_with("charge.dispute.")
    }

    /// When it happened.
    #[must_use]
    pub fn date(&self) -> Option<DateTime<Utc>> {
        self.created.and_then(|created| DateTime::from_timestamp(created, 0))
    }
}

fn drop_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|c| c != '\0'),
        Value::Array(items) => items.iter_mut().for_each(drop_nul),
        Value::Object(fields) => fields.values_mut().for_each(drop_nul),
        _ => {}
    }
}

/// What Stripe says of money that goes back: a refund or a dispute, as an event tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StripeReversal {
    /// `re_…` or `dp_…`
    pub id: String,
    /// In minor units.
    pub amount: i64,
    /// ISO 4217 in small letters.
    pub currency: String,
    /// The payment it is about.
    pub payment_intent: Option<String>,
    /// A refund's (`succeeded`, `pending`, …) or a dispute's (`needs_response`, `won`, `lost`, …).
    pub status: Option<String>,
    /// When it was made, in seconds since 1970.
    pub created: Option<i64>,
    /// Why a refund did not come through: `declined`, `insufficient_funds`, …
    pub failure_reason: Option<String>,
    /// What we gave it at birth: `remboursementId`.
    pub metadata: Option<HashMap<String, String>>,
}

impl StripeReversal {
    /// When it was made.
    #[must_use]
    pub fn date(&self) -> Option<DateTime<Utc>> {
        self.created.and_then(|created| DateTime::from_timestamp(created, 0))
    }
}

/// A charge, as far as what was given back of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StripeCharge {
    /// The payment that it is part of.
    pub payment_intent: Option<String>,
    /// In minor units, all refunds together.
    pub amount_refunded: i64,
}

/// The means that Stripe calls delayed notification methods.
const DELAYED: [&str; 11] = [
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "boleto",
    "customer_balance",
    "konbini",
    "multibanco",
    "nz_bank_account",
    "oxxo",
    "sepa_debit",
    "us_bank_account",
];

/// A `PaymentIntent` of ours, as far as it says what it was for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StripeIntent {
    /// What we gave it at birth, as the session.
    #[serde(default)]
    pub metadata: HashMap<String, String>,
    /// Why it failed last.
    #[serde(default)]
    pub last_payment_error: Option<StripeFailure>,
}

impl StripeIntent {
    /// Whether it was tried with a means that answers days later: its failure has an event of its own
    /// (`checkout.session.async_payment_failed`).
    #[must_use]
    pub fn failed_late(&self) -> bool {
        let means = self.last_payment_error.as_ref().and_then(|failure| failure.payment_method.as_ref());
        means.is_some_and(|means| DELAYED.contains(&means.r#type.as_str()))
    }
}

/// Why a `PaymentIntent` failed, as far as it says with what it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StripeFailure {
    /// The means.
    #[serde(default)]
    pub payment_method: Option<StripeMeans>,
}

/// A means of payment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StripeMeans {
    /// `card`, `sepa_debit`, …
    pub r#type: String,
}

/// What came of a call.
#[derive(Debug, Clone)]
pub enum StripeAnswer {
    /// The session as it stands.
    Session(Box<StripeSession>),
    /// The refunds of a payment.
    Refunds(Vec<StripeReversal>),
    /// The refund as it stands.
    Refund(StripeReversal),
    /// Stripe refuses, and would refuse again.
    Refused {
        /// The HTTP status: 400 for what was asked, 401 and 403 for who asks.
        status: u16,
        /// Stripe's error code, or its type where it gives none.
        code: String,
        /// The parameter that it names.
        param: Option<String>,
    },
    /// Stripe does not know this session, or this refund.
    Unknown,
    /// Stripe failed at opening a session or giving money back, and says so. It keeps that answer with the key: asking again
    /// under the same key gives the same failure, whether or not the work was done.
    Failed,
}

/// Stripe is out of reach, or its answer is unreadable: the outcome is unknown, the same call is to be
/// made again under the same key.
#[derive(Debug, thiserror::Error)]
#[error("Stripe: {0}")]
pub struct StripeUnavailable(String);

impl Stripe {
    /// Takes the secret key, whose prefix tells the mode, and the API's base URL.
    pub fn new(key: &SecretString, api_base: &url::Url) -> anyhow::Result<Self> {
        let livemode = !key.expose_secret().contains("_test_");
        let client = ClientBuilder::new(key.expose_secret())
            .url(api_base.as_str())
            .timeout(TIMEOUT)
            .build()
            .context("STRIPE_SECRET_KEY or STRIPE_API_BASE cannot be used")?;
        Ok(Self { client, livemode })
    }

    /// Whether the key moves real money.
    #[must_use]
    pub fn livemode(&self) -> bool {
        self.livemode
    }

    /// Makes one call, once.
    pub async fn call(&self, call: &StripeCall) -> Result<StripeAnswer, StripeUnavailable> {
        match call {
            StripeCall::Create { cle, params, lien } => {
                let key = IdempotencyKey::new(cle).map_err(|error| StripeUnavailable(error.to_string()))?;
                let request = create_request(params, lien.expose_secret()).customize();
                let strategy = RequestStrategy::Idempotent(key);
                match request.request_strategy(strategy).send(&self.client).await {
                    Err(StripeError::Stripe(_, 500..)) => Ok(StripeAnswer::Failed),
                    // Nothing to be found by creating: what is not there is something that we named.
                    Err(StripeError::Stripe(error, 404)) => Ok(refused(&error, 404)),
                    result => answer(result),
                }
            }
            StripeCall::Refund(params) => self.refund(params).await,
            StripeCall::FindRefund(params) => self.find_refund(params).await,
            StripeCall::Retrieve { stripe_session_id } => self.retrieve(stripe_session_id).await,
            StripeCall::Confirm(question) => self.confirm(question).await,
            StripeCall::Expire { stripe_session_id } => {
                let request = ExpireCheckoutSession::new(stripe_session_id.as_str());
                match answer(request.send(&self.client).await)? {
                    // It was paid, or had expired, in the meantime: its state is the answer.
                    StripeAnswer::Refused { status: 400, .. } => self.retrieve(stripe_session_id).await,
                    other => Ok(other),
                }
            }
        }
    }

    async fn retrieve(&self, stripe_session_id: &str) -> Result<StripeAnswer, StripeUnavailable> {
        answer(RetrieveCheckoutSession::new(stripe_session_id).send(&self.client).await)
    }
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").field("livemode", &self.livemode).finish_non_exhaustive()
    }
}

fn create_request(params: &SessionParams, lien: &str) -> CreateCheckoutSession {
    let metadata = HashMap::from([
        ("opportuniteId".to_owned(), params.opportunite_id.to_string()),
        ("clientId".to_owned(), params.client_id.to_string()),
        ("sessionPaiementId".to_owned(), params.session_paiement_id.to_string()),
    ]);
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(stripe_currency(params.devise));
    price.unit_amount = Some(params.montant_minor);
    price.product_data = Some(ProductData::new(params.titre.clone()));
    let mut line = CreateCheckoutSessionLineItems::new();
    line.price_data = Some(price);
    line.quantity = Some(1);
    // Stripe does not copy a session's metadata to its PaymentIntent.
    let mut intent = CreateCheckoutSessionPaymentIntentData::new();
    intent.metadata = Some(metadata.clone());

    let request = CreateCheckoutSession::new()
        .mode(stripe_shared::CheckoutSessionMode::Payment)
        .line_items(vec![line])
        .metadata(metadata)
        .payment_intent_data(intent)
        .client_reference_id(params.opportunite_id.to_string())
        .locale(match params.langue {
            Langue::Fr => stripe_shared::CheckoutSessionLocale::Fr,
            Langue::En => stripe_shared::CheckoutSessionLocale::En,
        })
        .expires_at(params.date_expiration.timestamp())
        .success_url(format!("{lien}?retour=ok"))
        .cancel_url(format!("{lien}?retour=annule"));
    match &params.email {
        Some(email) => request.customer_email(email.clone()),
        None => request,
    }
}

fn stripe_currency(devise: Devise) -> stripe_types::Currency {
    match devise.stripe_code().parse() {
        Ok(currency) => currency,
        Err(never) => match never {},
    }
}

/// Sorts what came back: known, refused for good, or to be asked again.
fn answer(
    result: Result<stripe_shared::CheckoutSession, StripeError>,
) -> Result<StripeAnswer, StripeUnavailable> {
    match result {
        Ok(session) => Ok(StripeAnswer::Session(Box::new(session.into()))),
        Err(error) => failure(error),
    }
}

fn failure(error: StripeError) -> Result<StripeAnswer, StripeUnavailable> {
    let (error, status) = match error {
        StripeError::Stripe(error, status) => (error, status),
        StripeError::Timeout => return Err(StripeUnavailable("no answer in time".into())),
        // The library's messages hold hosts and parse errors, never a body or a key.
        error => return Err(StripeUnavailable(error.to_string())),
    };
    match status {
        404 => Ok(StripeAnswer::Unknown),
        // Another process is making this very call: its answer will be ours.
        409 | 424 | 429 | 500.. => Err(StripeUnavailable(format!("status {status}"))),
        _ => Ok(refused(&error, status)),
    }
}

fn refused(error: &stripe::ApiErrors, status: u16) -> StripeAnswer {
    if error.type_ == ApiErrorsType::IdempotencyError {
        tracing::error!(status, "an attempt was sent with other parameters than its first call");
    }
    let code = error.code.as_ref().map_or_else(|| error.type_.as_str(), |code| code.as_str());
    StripeAnswer::Refused { status, code: code.to_owned(), param: error.param.clone() }
}

impl From<stripe_shared::CheckoutSession> for StripeSession {
    fn from(session: stripe_shared::CheckoutSession) -> Self {
        Self {
            id: session.id.as_str().to_owned(),
            status: session.status.map(|status| status.as_str().to_owned()),
            payment_status: Some(session.payment_status.as_str().to_owned()),
            amount_total: session.amount_total,
            currency: session.currency.map(|currency| currency.to_string()),
            livemode: session.livemode,
            payment_intent: session.payment_intent.map(|intent| intent.id().as_str().to_owned()),
            url: session.url,
            metadata: session.metadata.unwrap_or_default(),
        }
    }
}
