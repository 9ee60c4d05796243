//! Money: exact decimals inside, integer minor units at Stripe's door.
//!
//! Stripe's minor units are not ISO 4217's everywhere; the special cases stand in
//! `Devise::stripe_rule` (source: Stripe's documentation, "Supported currencies").

use iso_currency::Currency;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::refus::Refus;

/// The most minor units that Stripe takes in one charge: eight digits.
pub const STRIPE_MAX_MINOR: i64 = 99_999_999;

/// An ISO 4217 currency code in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Devise(Currency);

/// A text that is no ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency")]
pub struct UnknownDevise;

/// How Stripe counts a currency.
struct StripeRule {
    /// Decimals of the minor unit at Stripe's door.
    decimals: u32,
    /// The minor amount must be a multiple of this.
    step: i64,
    /// The least amount, in minor units.
    minimum: i64,
}

impl Devise {
    /// The euro.
    pub const EUR: Self = Self(Currency::EUR);

    /// Reads a code in capitals or small letters. Codes that nobody pays in (gold, accounting units, tests)
    /// are no currency here.
    pub fn parse(code: &str) -> Result<Self, UnknownDevise> {
        let currency = Currency::from_code(&code.to_ascii_uppercase());
        let payable = |currency: &Currency| currency.exponent().is_some_and(|decimals| decimals <= 3);
        currency.filter(payable).map(Self).ok_or(UnknownDevise)
    }

    /// The code in capitals: `EUR`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The code as Stripe writes it: `eur`.
    #[must_use]
    pub fn stripe_code(self) -> String {
        self.code().to_ascii_lowercase()
    }

    /// The symbol that people know: `€`; the code where there is none of its own.
    #[must_use]
    pub fn symbol(self) -> String {
        self.0.symbol().to_string()
    }

    /// Decimals that people write in this currency.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    fn stripe_rule(self) -> StripeRule {
        let (decimals, step) = match self.code() {
            "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "VND" | "VUV"
            | "XAF" | "XOF" | "XPF" => (0, 1),
            "BHD" | "JOD" | "KWD" | "OMR" | "TND" => (3, 10),
            "ISK" | "UGX" => (2, 100),
            _ => (2, 1),
        };
        let minimum = match self.code() {
            "GBP" => 30,
            "AUD" | "BRL" | "CAD" | "CHF" | "EUR" | "INR" | "JPY" | "NZD" | "SGD" | "USD" => 50,
            "BGN" => 100,
            "AED" | "MYR" | "PLN" | "RON" => 200,
            "DKK" => 250,
            "NOK" | "SEK" => 300,
            "HKD" => 400,
            "MXN" | "THB" => 1_000,
            "CZK" => 1_500,
            "HUF" => 17_500,
            _ => step.max(1),
        };
        StripeRule { decimals, step, minimum }
    }
}

impl TryFrom<String> for Devise {
    type Error = UnknownDevise;
    fn try_from(code: String) -> Result<Self, UnknownDevise> {
        Self::parse(&code)
    }
}

impl From<Devise> for String {
    fn from(devise: Devise) -> Self {
        devise.code().to_owned()
    }
}

impl std::fmt::Display for Devise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl sqlx::Type<sqlx::Postgres> for Devise {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        <String as sqlx::Type<sqlx::Postgres>>::type_info()
    }
    fn compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool {
        <String as sqlx::Type<sqlx::Postgres>>::compatible(ty)
    }
}

impl sqlx::Encode<'_, sqlx::Postgres> for Devise {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        <&str as sqlx::Encode<sqlx::Postgres>>::encode(self.code(), buffer)
    }
}

impl<'r> sqlx::Decode<'r, sqlx::Postgres> for Devise {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(Self::parse(<&str as sqlx::Decode<sqlx::Postgres>>::decode(value)?)?)
    }
}

/// Turns an amount into Stripe's minor units, exactly.
///
/// Refused, with the field `montantEstime` named: zero or less, more decimals than the currency has,
/// and what Stripe would not take (too small, too large).
pub fn to_minor(montant: Decimal, devise: Devise) -> Result<i64, Refus> {
    let refuse = |code: &str| Refus::invalid("montantEstime", code).arg("devise", devise);
    let too_large = || refuse("montant-trop-grand").arg("limite", from_minor(STRIPE_MAX_MINOR, devise));
    let rule = devise.stripe_rule();
    let Some(scaled) = scaled(montant, devise) else {
        return Err(too_large());
    };
    if !scaled.fract().is_zero() {
        return Err(refuse("montant-decimales"));
    }
    match scaled.to_i64() {
        None => Err(too_large()),
        Some(minor) if minor > STRIPE_MAX_MINOR => Err(too_large()),
        Some(minor) if minor < rule.minimum => {
            Err(refuse("montant-trop-petit").arg("limite", from_minor(rule.minimum, devise)))
        }
        Some(minor) if minor % rule.step != 0 => Err(refuse("montant-decimales")),
        Some(minor) => Ok(minor),
    }
}

/// Turns an amount into the minor units that the ledger counts in, whether or not Stripe would take it: money
/// may come another way. `None` for what cannot be counted exactly.
#[must_use]
pub fn ledger_minor(montant: Decimal, devise: Devise) -> Option<i64> {
    scaled(montant, devise).filter(|scaled| scaled.fract().is_zero())?.to_i64()
}

fn scaled(montant: Decimal, devise: Devise) -> Option<Decimal> {
    montant.checked_mul(Decimal::from(10_i64.pow(devise.stripe_rule().decimals)))
}

/// Turns Stripe's minor units back into an amount, with the currency's decimals.
#[must_use]
pub fn from_minor(minor: i64, devise: Devise) -> Decimal {
    Decimal::new(minor, devise.stripe_rule().decimals)
}

/// Writes an amount with its currency's decimals, and no fewer than it has: `1200.500` → `1200.50`.
#[must_use]
pub fn exact(montant: Decimal, devise: Devise) -> Decimal {
    let mut montant = montant.normalize();
    if montant.scale() < devise.decimals() {
        montant.rescale(devise.decimals());
    }
    montant
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minor(amount: &str, code: &str) -> Result<i64, String> {
        to_minor(amount.parse().unwrap(), Devise::parse(code).unwrap()).map_err(|refus| refus.code)
    }

    #[test]
    fn amounts_become_minor_units_as_stripe_counts_them() {
        assert_eq!(minor("1200.50", "EUR"), Ok(120_050));
        assert_eq!(minor("19.99", "eur"), Ok(1_999));
        assert_eq!(minor("500", "JPY"), Ok(500));
        assert_eq!(minor("12.340", "KWD"), Ok(12_340));
        assert_eq!(minor("500", "ISK"), Ok(50_000));
        assert_eq!(minor("175", "HUF"), Ok(17_500));
    }

    #[test]
    fn what_stripe_would_refuse_is_refused_here() {
        assert_eq!(minor("0", "EUR"), Err("montant-trop-petit".into()));
        assert_eq!(minor("-5", "EUR"), Err("montant-trop-petit".into()));
        assert_eq!(minor("0.49", "EUR"), Err("montant-trop-petit".into()));
        assert_eq!(minor("10.005", "EUR"), Err("montant-decimales".into()));
        assert_eq!(minor("500.5", "JPY"), Err("montant-decimales".into()));
        assert_eq!(minor("12.345", "KWD"), Err("montant-decimales".into()));
        assert_eq!(minor("500.50", "ISK"), Err("montant-decimales".into()));
        assert_eq!(minor("1000000", "EUR"), Err("montant-trop-grand".into()));
        assert_eq!(minor("79228162514264337593543950335", "EUR"), Err("montant-trop-grand".into()));
    }

    #[test]
    fn the_ledger_counts_what_stripe_would_not_take() {
        let counted =
            |amount: &str, code: &str| ledger_minor(amount.parse().unwrap(), Devise::parse(code).unwrap());
        assert_eq!(counted("1500000", "EUR"), Some(150_000_000));
        assert_eq!(counted("0.05", "EUR"), Some(5));
        assert_eq!(counted("12.345", "KWD"), Some(12_345));
        assert_eq!(counted("0.005", "EUR"), None);
        assert_eq!(counted("79228162514264337593543950335", "EUR"), None);
    }

    proptest! {
        #[test]
        fn a_round_trip_loses_nothing(minor in 50_i64..=STRIPE_MAX_MINOR, code in "EUR|USD|CHF|CAD|JPY") {
            let devise = Devise::parse(&code).unwrap();
            prop_assert_eq!(to_minor(from_minor(minor, devise), devise).unwrap(), minor);
        }
    }
}
