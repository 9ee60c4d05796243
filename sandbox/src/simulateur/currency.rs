//! What Stripe asks of an amount, by currency.

use super::error::{Result, StripeError};

/// Currencies that Stripe knows here, with the least amount of a charge in minor units.
///
/// For those that Stripe gives no least amount of its own, it is one major unit: what it converts to at
/// Stripe's is not known here.
const KNOWN: &[(&str, i64)] = &[
    ("aed", 200),
    ("ars", 100),
    ("aud", 50),
    ("bgn", 100),
    ("bhd", 200),
    ("bif", 1500),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("clp", 500),
    ("cny", 400),
    ("cop", 200_000),
    ("czk", 1500),
    ("djf", 100),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("gnf", 5000),
    ("hkd", 400),
    ("huf", 17500),
    ("idr", 800_000),
    ("ils", 200),
    ("inr", 50),
    ("isk", 10000),
    ("jod", 400),
    ("jpy", 50),
    ("kmf", 250),
    ("krw", 700),
    ("kwd", 200),
    ("mad", 500),
    ("mga", 2500),
    ("mxn", 1000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("omr", 200),
    ("php", 3000),
    ("pln", 200),
    ("pyg", 4000),
    ("ron", 200),
    ("rwf", 700),
    ("sar", 200),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1000),
    ("tnd", 1600),
    ("try", 2000),
    ("twd", 1600),
    ("uah", 2100),
    ("ugx", 200_000),
    ("usd", 50),
    ("vnd", 13000),
    ("vuv", 60),
    ("xaf", 300),
    ("xof", 300),
    ("xpf", 60),
    ("zar", 900),
];

/// Currencies without minor units.
const WHOLE: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
];

/// Currencies with three decimals, of which the last must be 0.
const THOUSANDTHS: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

/// Currencies counted in hundredths that must be whole.
const WHOLE_HUNDREDTHS: &[&str] = &["isk", "ugx"];

/// The code in lower case, if Stripe charges in that currency.
pub(crate) fn known(param: &str, code: &str) -> Result<String> {
    let lower = code.to_ascii_lowercase();
    if KNOWN.iter().any(|(known, _)| *known == lower) {
        return Ok(lower);
    }
    let codes: Vec<_> = KNOWN.iter().map(|(code, _)| *code).collect();
    let message = format!(
        "Invalid currency: {lower}. Stripe currently supports these currencies: {}",
        codes.join(", ")
    );
    Err(StripeError::invalid(param, message))
}

/// Refuses an amount that Stripe would not charge; `param` gives it, and the message calls it `noun`.
pub(crate) fn check(currency: &str, amount: i64, param: &str, noun: &str) -> Result<()> {
    let least = KNOWN.iter().find(|(code, _)| *code == currency).map_or(50, |(_, least)| *least);
    if amount > 99_999_999 {
        let message = format!("{noun} must be no more than {}", shown(currency, 99_999_999));
        return Err(StripeError::invalid(param, message).code("amount_too_large"));
    }
    if amount < least {
        let message = format!("{noun} must add up to at least {}", shown(currency, least));
        return Err(StripeError::invalid(param, message).code("amount_too_small"));
    }
    let step = if THOUSANDTHS.contains(&currency) {
        10
    } else if WHOLE_HUNDREDTHS.contains(&currency) {
        100
    } else {
        1
    };
    if amount % step != 0 {
        let message = format!("Invalid amount: in {currency} it must be a multiple of {step}");
        return Err(StripeError::invalid(param, message));
    }
    Ok(())
}

/// How many digits follow the point.
fn decimals(currency: &str) -> u32 {
    if WHOLE.contains(&currency) {
        0
    } else if THOUSANDTHS.contains(&currency) {
        3
    } else {
        2
    }
}

/// An amount for a page: `1234.50 EUR`.
pub(crate) fn shown(currency: &str, minor: i64) -> String {
    let code = currency.to_ascii_uppercase();
    let decimals = decimals(currency);
    if decimals == 0 {
        return format!("{minor} {code}");
    }
    let unit = 10_i64.pow(decimals);
    format!("{}.{:0width$} {code}", minor / unit, (minor % unit).abs(), width = decimals as usize)
}

/// The minor units of an amount as people write it, `1234.50` or `1234,5`.
pub(crate) fn minor(currency: &str, text: &str) -> Option<i64> {
    let text = text.trim().replace(',', ".");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = decimals(currency) as usize;
    if fraction.len() > decimals || !fraction.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{fraction:0<decimals$}").parse().ok().filter(|minor| *minor > 0)
}
