//! Amounts and dates as the reader writes them: the filters of the templates.

use chrono::{DateTime, Datelike, Locale, NaiveDate, Utc};
use chrono_tz::Tz;
use common::domaine::Langue;
use common::montant::Devise;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::locale;
use minijinja::{Error, ErrorKind, State, Value};

use super::Cadre;

/// No-break space between a day and its month, and before a currency's code.
const INSECABLE: char = '\u{a0}';
/// The signs that mean one currency to everybody. The others share theirs, or are known by their code.
const SIGNES: [(&str, &str); 3] = [("EUR", "€"), ("GBP", "£"), ("USD", "$")];
/// Narrow no-break space, before a currency's sign in French.
const FINE: char = '\u{202f}';

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Who reads the page that is being rendered.
pub(super) fn cadre(state: &State<'_, '_>) -> Result<Cadre, Error> {
    state
        .lookup("cadre")
        .and_then(|value| value.downcast_object_ref::<Cadre>().copied())
        .ok_or_else(|| invalid("a page is rendered without its reader"))
}

thread_local! {
    /// French and English numbers. A formatter belongs to its thread.
    static NOMBRES: [Option<DecimalFormatter>; 2] = [locale!("fr"), locale!("en")]
        .map(|locale| DecimalFormatter::try_new(locale.into(), DecimalFormatterOptions::default()).ok());
}

/// `"1200.50"|montant("EUR")`: « 1 200,50 € » or “€1,200.50”.
pub(super) fn montant(state: &State<'_, '_>, montant: Value, devise: &str) -> Result<String, Error> {
    let devise = Devise::parse(devise).map_err(|error| invalid(error.to_string()))?;
    let exact = montant.to_string().parse().ok();
    exact
        .and_then(|montant| write_montant(cadre(state).ok()?.langue, montant, devise))
        .ok_or_else(|| invalid(format!("not an amount: {montant}")))
}

/// An amount with its currency, as people who read `langue` write it. `None` without the data of the
/// language, which is compiled in.
pub fn write_montant(langue: Langue, montant: rust_decimal::Decimal, devise: Devise) -> Option<String> {
    let digits = crate::queries::exact(montant.abs(), devise).to_string();
    let number = NOMBRES.with(|[fr, en]| {
        let formatter = match langue {
            Langue::Fr => fr,
            Langue::En => en,
        };
        Some(formatter.as_ref()?.format(&digits.parse::<Decimal>().ok()?).to_string())
    })?;
    let minus = if montant.is_sign_negative() { "−" } else { "" };
    // A code such as CHF is a word beside the number; a sign such as € belongs to it.
    let code = devise.code();
    let sign = SIGNES.iter().find(|(known, _)| *known == code).map(|(_, sign)| sign);
    Some(match (langue, sign) {
        (_, None) => format!("{minus}{number}{INSECABLE}{code}"),
        (Langue::Fr, Some(sign)) => format!("{minus}{number}{FINE}{sign}"),
        (Langue::En, Some(sign)) => format!("{minus}{sign}{number}"),
    })
}

/// A day or a moment, as the structs of `queries` write it.
enum Temps {
    Jour(NaiveDate),
    Moment(DateTime<Tz>),
}

impl Temps {
    fn read(texte: &str, fuseau: Tz) -> Result<Self, Error> {
        if let Ok(moment) = DateTime::parse_from_rfc3339(texte) {
            return Ok(Self::Moment(moment.with_timezone(&fuseau)));
        }
        texte.parse().map(Self::Jour).map_err(|_| invalid(format!("no date: {texte}")))
    }

    fn jour(&self) -> NaiveDate {
        match self {
            Self::Jour(jour) => *jour,
            Self::Moment(moment) => moment.date_naive(),
        }
    }
}

fn locale_of(langue: Langue) -> Locale {
    match langue {
        Langue::Fr => Locale::fr_FR,
        Langue::En => Locale::en_GB,
    }
}

/// The day of the month; the first is « 1er » in French.
fn quantieme(langue: Langue, jour: NaiveDate) -> String {
    match (langue, jour.day()) {
        (Langue::Fr, 1) => "1er".into(),
        (_, day) => day.to_string(),
    }
}

fn dated(langue: Langue, jour: NaiveDate, month: &str) -> String {
    let month = jour.format_localized(month, locale_of(langue));
    format!("{}{INSECABLE}{month}", quantieme(langue, jour))
}

fn read_jour(state: &State<'_, '_>, texte: &str) -> Result<(Cadre, NaiveDate), Error> {
    let cadre = cadre(state)?;
    Ok((cadre, Temps::read(texte, cadre.fuseau)?.jour()))
}

fn read_moment(state: &State<'_, '_>, texte: &str) -> Result<(Cadre, DateTime<Tz>), Error> {
    let cadre = cadre(state)?;
    match Temps::read(texte, cadre.fuseau)? {
        Temps::Moment(moment) => Ok((cadre, moment)),
        Temps::Jour(_) => Err(invalid(format!("no moment: {texte}"))),
    }
}

/// « 20 nov. », with the year when it is not the reader's.
pub(super) fn jour(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    let (cadre, jour) = read_jour(state, texte)?;
    let month = if jour.year() == cadre.aujourdhui().year() { "%b" } else { "%b %Y" };
    Ok(dated(cadre.langue, jour, month))
}

/// « vendredi 20 novembre 2026 ».
pub(super) fn jour_long(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    let (cadre, jour) = read_jour(state, texte)?;
    Ok(format!(
        "{} {}",
        jour.format_localized("%A", locale_of(cadre.langue)),
        dated(cadre.langue, jour, "%B %Y")
    ))
}

/// « vendredi 20 novembre », with the year when it is not the reader's.
pub(super) fn jour_semaine(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    let (cadre, jour) = read_jour(state, texte)?;
    if jour.year() != cadre.aujourdhui().year() {
        return jour_long(state, texte);
    }
    Ok(format!(
        "{} {}",
        jour.format_localized("%A", locale_of(cadre.langue)),
        dated(cadre.langue, jour, "%B")
    ))
}

/// The name of the month: « novembre ».
pub(super) fn jour_mois(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    let (cadre, jour) = read_jour(state, texte)?;
    Ok(jour.format_localized("%B", locale_of(cadre.langue)).to_string())
}

/// « 14:32 ».
pub(super) fn heure(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    Ok(read_moment(state, texte)?.1.format("%H:%M").to_string())
}

/// « 14:32:08 ».
pub(super) fn seconde(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    Ok(read_moment(state, texte)?.1.format("%H:%M:%S").to_string())
}

/// « 23 nov., 14:32 ».
pub(super) fn moment(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    Ok(format!("{}, {}", jour(state, texte)?, heure(state, texte)?))
}

/// « lundi 23 novembre 2026, 14:32 ».
pub(super) fn moment_long(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    Ok(format!("{}, {}", jour_long(state, texte)?, heure(state, texte)?))
}

/// What an `<input type="datetime-local">` holds: the reader's time without its zone.
pub(super) fn saisie_locale(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    Ok(read_moment(state, texte)?.1.format("%Y-%m-%dT%H:%M").to_string())
}

/// The reader's day: `2026-11-20`, to group and compare by.
pub(super) fn date_iso(state: &State<'_, '_>, texte: &str) -> Result<String, Error> {
    Ok(read_jour(state, texte)?.1.to_string())
}

/// Days from that day to the reader's: 3 for three days ago, 0 today, -1 tomorrow.
pub(super) fn ecart(state: &State<'_, '_>, texte: &str) -> Result<i64, Error> {
    let (cadre, jour) = read_jour(state, texte)?;
    Ok((cadre.aujourdhui() - jour).num_days())
}

/// `"lundi"|capitale`: « Lundi ».
pub(super) fn capitale(texte: &str) -> String {
    let mut chars = texte.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The first moment of the day `jour` in a zone: where a month or a year begins.
pub fn debut(jour: NaiveDate, fuseau: Tz) -> DateTime<Utc> {
    use chrono::TimeZone;
    let midnight = jour.and_time(chrono::NaiveTime::MIN);
    // A zone whose clocks skip midnight begins that day an hour later.
    fuseau
        .from_local_datetime(&midnight)
        .earliest()
        .map_or_else(|| midnight.and_utc(), |moment| moment.to_utc())
}
