//! Amounts and dates as the reader writes them: the filters of the templates.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use common::montant::Devise;
use common::texte::{locale_of, write_jour, write_montant};
use minijinja::{Error, ErrorKind, State, Value};

use super::Cadre;

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

/// `"1200.50"|montant("EUR")`: « 1 200,50 € » or “€1,200.50”.
pub(super) fn montant(state: &State<'_, '_>, montant: Value, devise: &str) -> Result<String, Error> {
    let devise = Devise::parse(devise).map_err(|error| invalid(error.to_string()))?;
    let exact = montant.to_string().parse().ok();
    exact
        .and_then(|montant| write_montant(cadre(state).ok()?.langue, montant, devise))
        .ok_or_else(|| invalid(format!("not an amount: {montant}")))
}

/// A day or a moment, as the structs of `queries` write it.
enum When {
    Day(NaiveDate),
    Moment(DateTime<Tz>),
}

impl When {
    fn read(text: &str, fuseau: Tz) -> Result<Self, Error> {
        if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Moment(moment.with_timezone(&fuseau)));
        }
        text.parse().map(Self::Day).map_err(|_| invalid(format!("no date: {text}")))
    }

    fn day(&self) -> NaiveDate {
        match self {
            Self::Day(day) => *day,
            Self::Moment(moment) => moment.date_naive(),
        }
    }
}

fn read_day(state: &State<'_, '_>, text: &str) -> Result<(Cadre, NaiveDate), Error> {
    let cadre = cadre(state)?;
    Ok((cadre, When::read(text, cadre.fuseau)?.day()))
}

fn read_moment(state: &State<'_, '_>, text: &str) -> Result<(Cadre, DateTime<Tz>), Error> {
    let cadre = cadre(state)?;
    match When::read(text, cadre.fuseau)? {
        When::Moment(moment) => Ok((cadre, moment)),
        When::Day(_) => Err(invalid(format!("no moment: {text}"))),
    }
}

/// « 20 nov. », with the year when it is not the reader's.
pub(super) fn jour(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    let (cadre, day) = read_day(state, text)?;
    let month = if day.year() == cadre.aujourdhui().year() { "%b" } else { "%b %Y" };
    Ok(write_jour(cadre.langue, day, month))
}

/// « vendredi 20 novembre 2026 ».
pub(super) fn jour_long(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    let (cadre, day) = read_day(state, text)?;
    Ok(format!(
        "{} {}",
        day.format_localized("%A", locale_of(cadre.langue)),
        write_jour(cadre.langue, day, "%B %Y")
    ))
}

/// « vendredi 20 novembre », with the year when it is not the reader's.
pub(super) fn jour_semaine(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    let (cadre, day) = read_day(state, text)?;
    if day.year() != cadre.aujourdhui().year() {
        return jour_long(state, text);
    }
    Ok(format!(
        "{} {}",
        day.format_localized("%A", locale_of(cadre.langue)),
        write_jour(cadre.langue, day, "%B")
    ))
}

/// The name of the month: « novembre ».
pub(super) fn jour_mois(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    let (cadre, day) = read_day(state, text)?;
    Ok(day.format_localized("%B", locale_of(cadre.langue)).to_string())
}

/// « 14:32 ».
pub(super) fn heure(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    Ok(read_moment(state, text)?.1.format("%H:%M").to_string())
}

/// « 14:32:08 ».
pub(super) fn seconde(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    Ok(read_moment(state, text)?.1.format("%H:%M:%S").to_string())
}

/// « 23 nov., 14:32 ».
pub(super) fn moment(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    Ok(format!("{}, {}", jour(state, text)?, heure(state, text)?))
}

/// « lundi 23 novembre 2026, 14:32 ».
pub(super) fn moment_long(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    Ok(format!("{}, {}", jour_long(state, text)?, heure(state, text)?))
}

/// Days from that day to the reader's: 3 for three days ago, 0 today, -1 tomorrow.
pub(super) fn ecart(state: &State<'_, '_>, text: &str) -> Result<i64, Error> {
    let (cadre, day) = read_day(state, text)?;
    Ok((cadre.aujourdhui() - day).num_days())
}

/// `"lundi"|capitale`: « Lundi ».
pub(super) fn capitale(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The first moment of `day` in a zone: where a month or a year begins.
pub fn start_of_day(day: NaiveDate, fuseau: Tz) -> DateTime<Utc> {
    use chrono::TimeZone;
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    // A zone whose clocks skip midnight begins that day an hour later.
    fuseau
        .from_local_datetime(&midnight)
        .earliest()
        .map_or_else(|| midnight.and_utc(), |moment| moment.to_utc())
}
