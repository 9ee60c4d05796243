//! The texts of the locale files (`templates/locales/{fr,en}/*.ftl`), amounts and days, as the reader of a
//! language writes them: for the edge's pages and the worker's mails.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{Datelike, Locale, NaiveDate};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, static_loader};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::locale;

use crate::domaine::Langue;
use crate::montant::{Devise, exact};

static_loader! {
    static TEXTS = {
        locales: "../templates/locales",
        fallback_language: "fr",
        // The marks that isolate the direction of arguments would stand in copied amounts and links.
        customise: |bundle| {
            bundle.set_use_isolating(false);
            let french = bundle.locales.iter().any(|it| it.language.as_str() == "fr");
            bundle.set_formatter(Some(if french { write_fr } else { write_en }));
        },
    };
}

/// A name or a title as it may stand within a sentence: one that is written from right to left is held together by
/// invisible marks, else it would turn the sum and the signs beside it round. Any other is as it was.
pub fn isolated(text: &str) -> Cow<'_, str> {
    let right_to_left =
        |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    if text.contains(right_to_left) { format!("\u{2068}{text}\u{2069}").into() } else { text.into() }
}

static LANGUES: LazyLock<HashMap<Langue, LanguageIdentifier>> = LazyLock::new(|| {
    Langue::ALL.iter().filter_map(|langue| Some((*langue, langue.as_str().parse().ok()?))).collect()
});

/// No-break space between a day and its month, and before a currency's code.
const NO_BREAK_SPACE: char = '\u{a0}';
/// The signs that mean one currency to everybody. The others share theirs, or are known by their code.
const SIGNS: [(&str, &str); 3] = [("EUR", "€"), ("GBP", "£"), ("USD", "$")];
/// Narrow no-break space, before a currency's sign in French.
const NARROW_SPACE: char = '\u{202f}';

/// What the placeholders of a text stand for.
pub type Arguments<'a> = HashMap<Cow<'static, str>, FluentValue<'a>>;

/// A text in one language. `None` when it does not exist or an argument is missing.
pub fn lookup(langue: Langue, key: &str, arguments: &Arguments<'_>) -> Option<String> {
    TEXTS.lookup_single_language(LANGUES.get(&langue)?, key, Some(arguments)).ok()
}

thread_local! {
    /// French and English numbers. A formatter belongs to its thread.
    static NUMBERS: [Option<DecimalFormatter>; 2] = [locale!("fr"), locale!("en")]
        .map(|locale| DecimalFormatter::try_new(locale.into(), DecimalFormatterOptions::default()).ok());
}

/// A whole number within a text, in thousands.
fn write_fr<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    write_number(Langue::Fr, value)
}

fn write_en<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    write_number(Langue::En, value)
}

fn write_number(langue: Langue, value: &FluentValue<'_>) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    grouped(langue, &number.as_string())
}

/// The digits of a number in groups, as people who read `langue` write them.
fn grouped(langue: Langue, digits: &str) -> Option<String> {
    NUMBERS.with(|[fr, en]| {
        let formatter = match langue {
            Langue::Fr => fr,
            Langue::En => en,
        };
        Some(formatter.as_ref()?.format(&digits.parse::<Decimal>().ok()?).to_string())
    })
}

/// An amount with its currency, as people who read `langue` write it. `None` without the data of the
/// language, which is compiled in.
pub fn write_montant(langue: Langue, montant: rust_decimal::Decimal, devise: Devise) -> Option<String> {
    let number = grouped(langue, &exact(montant.abs(), devise).to_string())?;
    let minus = if montant.is_sign_negative() { "−" } else { "" };
    // A code such as CHF is a word beside the number; a sign such as € belongs to it.
    let code = devise.code();
    let sign = SIGNS.iter().find(|(known, _)| *known == code).map(|(_, sign)| sign);
    Some(match (langue, sign) {
        (Langue::Fr, None) => format!("{minus}{number}{NO_BREAK_SPACE}{code}"),
        (Langue::En, None) => format!("{minus}{code}{NO_BREAK_SPACE}{number}"),
        (Langue::Fr, Some(sign)) => format!("{minus}{number}{NARROW_SPACE}{sign}"),
        (Langue::En, Some(sign)) => format!("{minus}{sign}{number}"),
    })
}

/// How chrono names days and months in a language.
#[must_use]
pub fn locale_of(langue: Langue) -> Locale {
    match langue {
        Langue::Fr => Locale::fr_FR,
        Langue::En => Locale::en_GB,
    }
}

/// A day with its month, and its year where the `month` format asks for it (`%B %Y`). The first of the month
/// is « 1er » in French.
#[must_use]
pub fn write_jour(langue: Langue, day: NaiveDate, month: &str) -> String {
    let number = match (langue, day.day()) {
        (Langue::Fr, 1) => "1er".into(),
        (_, number) => number.to_string(),
    };
    format!("{number}{NO_BREAK_SPACE}{}", day.format_localized(month, locale_of(langue)))
}

#[cfg(test)]
mod tests {
    use super::isolated;

    #[test]
    fn what_is_written_from_right_to_left_is_held_together_and_nothing_else() {
        assert_eq!(isolated("Noël à Œuf-sur-Mer 🦀 №1"), "Noël à Œuf-sur-Mer 🦀 №1");
        assert_eq!(isolated("موقع"), "\u{2068}موقع\u{2069}");
        assert_eq!(isolated("Site אתר"), "\u{2068}Site אתר\u{2069}");
    }
}
