//! Payment methods: Stripe's test cards and test accounts, each with what comes of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::core::Core;
use super::error::{Result, StripeError};
use super::form::Fields;
use super::objects;
use super::payment::Moyen;
use super::state::{State, new_id, now};

/// A card or a bank account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) created: i64,
    /// `card`, `sepa_debit`.
    pub(crate) kind: String,
    pub(crate) course: Course,
}

/// What comes of a payment with a test card or account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Course {
    #[default]
    Honoured,
    Declined,
    /// Paid, then disputed: the money is taken back.
    Disputed,
    /// Paid, then the bank asks: no money is taken yet.
    Inquired,
    /// Paid; a refund is pending until it is settled.
    RefundPending,
    /// Paid; a refund succeeds, then fails.
    RefundFails,
}

/// Test accounts that the bank refuses; all others honour a debit.
const REFUSED_IBANS: &[&str] = &[
    "AT861904300235473202",
    "AT051904300235473205",
    "DE62370400440532013001",
    "FR8420041010050500013M02607",
    "IT60X0542811101000000123456",
];

impl Course {
    /// By the name that follows `tok_` or `pm_card_` in Stripe's documentation.
    fn of_card(name: &str) -> Option<Self> {
        Some(match name {
            "visa" | "visa_debit" | "mastercard" | "mastercard_debit" | "amex" | "fr" | "us" => {
                Self::Honoured
            }
            "chargeDeclined" | "visa_chargeDeclined" | "chargeDeclinedInsufficientFunds" => Self::Declined,
            "createDispute" => Self::Disputed,
            "createDisputeInquiry" => Self::Inquired,
            "pendingRefund" => Self::RefundPending,
            "refundFail" => Self::RefundFails,
            _ => return None,
        })
    }
}

impl Method {
    fn new(kind: &str, course: Course) -> Self {
        Self { id: new_id("pm_1", 23), created: now(), kind: kind.to_owned(), course }
    }

    /// The button of the hosted page that does the same.
    pub(crate) fn moyen(&self) -> Moyen {
        match (self.kind == "card", self.course == Course::Declined) {
            (true, false) => Moyen::Carte,
            (true, true) => Moyen::CarteRefusee,
            (false, false) => Moyen::Sepa,
            (false, true) => Moyen::SepaEchec,
        }
    }

    /// One that was made here, or one of the test cards that Stripe has ready as `pm_card_…`.
    pub(crate) fn find(state: &State, id: &str) -> Result<Self> {
        if let Ok(method) = state.methods.get(id) {
            return Ok(method.clone());
        }
        let course = id.strip_prefix("pm_card_").and_then(Course::of_card);
        let missing = || StripeError::no_such_param("PaymentMethod", "payment_method", id);
        Ok(Self::new("card", course.ok_or_else(missing)?))
    }
}

/// `POST /v1/payment_methods`: a card by its test token, or an IBAN.
pub(crate) fn create(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    form.without_effect(&["billing_details", "expand", "metadata"]);
    let kind = form.one_of("type", &["card", "sepa_debit"])?;
    let kind = kind.ok_or_else(|| StripeError::missing("type"))?;
    let course = if kind == "card" { card(&mut form)? } else { account(&mut form)? };
    form.finish()?;
    let method = Method::new(&kind, course);
    let object = objects::payment_method(&method);
    core.change(|state| state.methods.insert(method));
    Ok(object)
}

fn card(form: &mut Fields<'_>) -> Result<Course> {
    let mut card = form.object("card")?.ok_or_else(|| StripeError::missing("card"))?;
    if card.has("number") {
        let message = "Sending credit card numbers directly to the Stripe API is generally unsafe. \
                       To continue processing use Stripe.js, the Stripe mobile bindings, or Stripe Elements.";
        return Err(StripeError::refused(message));
    }
    let token = card.required("token", 5000)?;
    card.finish()?;
    let course = token.strip_prefix("tok_").and_then(Course::of_card);
    course.ok_or_else(|| StripeError::no_such_param("token", "card[token]", &token))
}

fn account(form: &mut Fields<'_>) -> Result<Course> {
    let mut debit = form.object("sepa_debit")?.ok_or_else(|| StripeError::missing("sepa_debit"))?;
    let iban = debit.required("iban", 64)?.replace(' ', "");
    debit.finish()?;
    if !(15..=34).contains(&iban.len()) || !iban.chars().all(|c| c.is_ascii_alphanumeric()) {
        let message = "The IBAN you provided is invalid.";
        return Err(StripeError::invalid("sepa_debit[iban]", message).code("invalid_bank_account_iban"));
    }
    Ok(if REFUSED_IBANS.contains(&iban.as_str()) { Course::Declined } else { Course::Honoured })
}
