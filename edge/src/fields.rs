//! The one reader of what people and programs send: a JSON object, an HTML form or a file becomes named fields,
//! read one by one into the types of the domain.
//!
//! A command builds its job from the readers and ends with [`Fields::finish`]. Each reader that meets a
//! wrong value notes a [`Refus`] and gives a placeholder; `finish` lets the job out only if nothing was
//! noted and no field was left unread. So all errors are told at once, each with its field, and a
//! placeholder never leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use common::montant::Devise;
use common::refus::{Refus, RefusKind};
use common::settings::{PASSWORD_LENGTH, is_varied};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use crate::app::App;
use crate::problem::AppError;

mod urlencoded;

/// The hidden field of every form: what makes sending it twice one job.
pub const KEY: &str = "cle";

/// The type of a form's body.
const FORM: &str = "application/x-www-form-urlencoded";
/// The type of a form that may carry files.
const MULTIPART: &str = "multipart/form-data";
/// What the types of bodies begin with that are a file themselves: a mail as it is, a picture.
const FILES: [&str; 2] = ["message/rfc822", "image/"];
/// What a file is called as a field, where it is the body itself.
pub const FILE: &str = "fichier";

/// Unknown fields that are told by name; the rest of a flood is not worth an answer.
const UNKNOWN_MAX: usize = 10;

/// The fields of one request.
#[derive(Debug, Default)]
pub struct Fields {
    values: BTreeMap<String, Raw>,
    seen: BTreeSet<&'static str>,
    refus: Vec<Refus>,
    key: Option<String>,
}

/// What stands in a field.
#[derive(Debug, Clone)]
enum Raw {
    /// From a form: always text, written by a person.
    Typed(String),
    /// From a JSON object.
    Json(Value),
    /// A file that was chosen, or sent as the body itself.
    File {
        /// As its sender calls it; empty where a form's file was not chosen.
        nom: String,
        contenu: Bytes,
    },
}

/// What a reader finds.
enum Found {
    /// Not there, null, or an empty form field.
    Empty,
    Text(String),
    Number(serde_json::Number),
    /// A list, an object, a boolean: no field of ours.
    Other,
}

impl Fields {
    /// Reads a JSON object.
    pub fn of_json(body: &[u8]) -> Result<Self, AppError> {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Err(AppError::InvalidJson);
        };
        let values = object.into_iter().map(|(name, value)| (name, Raw::Json(value))).collect();
        Ok(Self { values, ..Self::default() })
    }

    /// Reads an urlencoded form. Its hidden [`KEY`] is taken out.
    pub fn of_form(body: &[u8]) -> Result<Self, AppError> {
        let pairs = urlencoded::parse(body).ok_or(AppError::InvalidForm)?;
        Self::of_pairs(pairs.into_iter().map(|(name, text)| (name, Raw::Typed(text))))
    }

    /// Reads a form that may carry files, as strictly as one without.
    async fn of_multipart(mut form: Multipart) -> Result<Self, AppError> {
        let mut pairs = Vec::new();
        while let Some(field) = form.next_field().await.map_err(|_| AppError::InvalidForm)? {
            let name = field.name().ok_or(AppError::InvalidForm)?.to_owned();
            let file = field.file_name().map(str::to_owned);
            let contenu = field.bytes().await.map_err(|_| AppError::InvalidForm)?;
            let value = match file {
                Some(nom) => Raw::File { nom, contenu },
                None => Raw::Typed(String::from_utf8(contenu.into()).map_err(|_| AppError::InvalidForm)?),
            };
            pairs.push((name, value));
        }
        Self::of_pairs(pairs.into_iter())
    }

    /// A body that is a file itself.
    fn of_file(contenu: Bytes) -> Self {
        let file = Raw::File { nom: FILE.into(), contenu };
        Self { values: BTreeMap::from([(FILE.to_owned(), file)]), ..Self::default() }
    }

    fn of_pairs(pairs: impl Iterator<Item = (String, Raw)>) -> Result<Self, AppError> {
        let mut values = BTreeMap::new();
        for (name, value) in pairs {
            if values.insert(name, value).is_some() {
                return Err(AppError::InvalidForm);
            }
        }
        let key = match values.remove(KEY) {
            Some(Raw::Typed(key)) if !key.is_empty() => Some(key),
            _ => None,
        };
        Ok(Self { values, key, ..Self::default() })
    }

    /// The form's hidden key, where it has one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether the field is there, even empty: what tells a change from silence.
    pub fn contains(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// What was typed, to show the form again. Passwords are left out.
    pub fn typed(&self) -> BTreeMap<String, String> {
        let text = |value: &Raw| match value {
            Raw::Typed(text) | Raw::Json(Value::String(text)) => text.clone(),
            Raw::Json(other) => other.to_string(),
            Raw::File { nom, .. } => nom.clone(),
        };
        self.values
            .iter()
            .filter(|(name, _)| !name.starts_with("motDePasse"))
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }

    /// Notes a refusal found by a check that spans several fields.
    pub fn refuse(&mut self, refus: Refus) {
        self.refus.push(refus);
    }

    /// Refuses what does not say this field at all, be it empty.
    pub fn require(&mut self, name: &'static str) {
        if !self.contains(name) {
            self.refuse(Refus::invalid(name, "champ-requis"));
        }
    }

    /// Lets `value` out if every field was read and none was refused.
    pub fn finish<T>(&mut self, value: T) -> Result<T, AppError> {
        let unknown = self.values.keys().filter(|name| !self.seen.contains(name.as_str()));
        let unknown = unknown.take(UNKNOWN_MAX);
        let unknown: Vec<_> = unknown.map(|name| Refus::invalid(&clipped(name), "champ-inconnu")).collect();
        self.refus.extend(unknown);
        if self.refus.is_empty() { Ok(value) } else { Err(AppError::Refus(std::mem::take(&mut self.refus))) }
    }

    /// Like [`Self::finish`], for a change: one that changes nothing is refused too.
    pub fn finish_change<T>(&mut self, value: T) -> Result<T, AppError> {
        if self.values.is_empty() {
            let empty = Refus { kind: RefusKind::Invalid, ..Refus::conflict("aucune-modification") };
            self.refus.push(empty);
        }
        self.finish(value)
    }

    /// `Some` of what `read` reads when the field is there: a change; `None` when it is to stay.
    pub fn if_present<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> T,
    ) -> Option<T> {
        self.contains(name).then(|| read(self, name))
    }

    /// One line of text, 1 to `max` characters.
    pub fn text(&mut self, name: &'static str, max: usize) -> String {
        self.required(name, |fields| fields.optional_text(name, max))
    }

    /// One line of text, or none.
    pub fn optional_text(&mut self, name: &'static str, max: usize) -> Option<String> {
        self.read_text(name, max, |_| false)
    }

    /// Lines of text, 1 to `max` characters.
    pub fn long_text(&mut self, name: &'static str, max: usize) -> String {
        self.required(name, |fields| fields.optional_long_text(name, max))
    }

    /// Lines of text, at most `max` characters, or none.
    pub fn optional_long_text(&mut self, name: &'static str, max: usize) -> Option<String> {
        self.read_text(name, max, |c| matches!(c, '\n' | '\t'))
    }

    /// A password: as typed, not trimmed, at least `min` characters; a new one (`min` above one) of some variety.
    pub fn password(&mut self, name: &'static str, min: usize) -> secrecy::SecretString {
        self.seen.insert(name);
        let found = match self.values.get(name) {
            None | Some(Raw::Json(Value::Null)) => Ok(String::new()),
            Some(Raw::Typed(text) | Raw::Json(Value::String(text))) if !text.contains('\0') => {
                Ok(text.clone())
            }
            Some(_) => Err("champ-invalide"),
        };
        let found = found.and_then(|text| if text.is_empty() { Err("champ-requis") } else { Ok(text) });
        let text = found.unwrap_or_else(|code| {
            self.refus.push(Refus::invalid(name, code));
            String::new()
        });
        let length = text.chars().count();
        if length > *PASSWORD_LENGTH.end() {
            self.refus.push(Refus::invalid(name, "champ-trop-long").arg("max", PASSWORD_LENGTH.end()));
        } else if length > 0 && length < min {
            self.refus.push(Refus::invalid(name, "mot-de-passe-court").arg("min", min));
        } else if min > 1 && length > 0 && !is_varied(&text) {
            self.refus.push(Refus::invalid(name, "mot-de-passe-devinable"));
        }
        text.into()
    }

    /// A mail address.
    pub fn email(&mut self, name: &'static str) -> String {
        self.required(name, |fields| fields.optional_email(name))
    }

    /// A mail address, or none.
    pub fn optional_email(&mut self, name: &'static str) -> Option<String> {
        let email = self.optional_text(name, 254)?;
        if !is_email(&email) {
            self.refus.push(Refus::invalid(name, "email-invalide"));
        }
        Some(email)
    }

    /// A word of a closed vocabulary, `default` when there is none.
    pub fn choice_or<E: FromStr>(&mut self, name: &'static str, default: E) -> E {
        self.optional_choice(name).unwrap_or(default)
    }

    /// A word of a closed vocabulary, or none.
    pub fn optional_choice<E: FromStr>(&mut self, name: &'static str) -> Option<E> {
        self.parsed(name, "choix-invalide", |text| text.parse().ok())
    }

    /// A word of a closed vocabulary; `None` when the field is absent, refused when it is empty.
    pub fn choice_if_present<E: FromStr>(&mut self, name: &'static str) -> Option<E> {
        if !self.contains(name) {
            return None;
        }
        let choice = self.optional_choice(name);
        if choice.is_none() && !self.is_refused(name) {
            self.refus.push(Refus::invalid(name, "champ-requis"));
        }
        choice
    }

    /// An ISO 4217 code, the euro when there is none.
    pub fn devise(&mut self, name: &'static str) -> Devise {
        self.optional_devise(name).unwrap_or(Devise::EUR)
    }

    /// An ISO 4217 code, or none.
    pub fn optional_devise(&mut self, name: &'static str) -> Option<Devise> {
        self.parsed(name, "devise-inconnue", |text| Devise::parse(text).ok())
    }

    /// An id.
    pub fn uuid(&mut self, name: &'static str) -> Uuid {
        self.required(name, |fields| fields.optional_uuid(name))
    }

    /// An id, or none.
    pub fn optional_uuid(&mut self, name: &'static str) -> Option<Uuid> {
        self.parsed(name, "identifiant-invalide", |text| Uuid::try_parse(text).ok())
    }

    /// A place in a list, as a page of it gave it (`suivant`); none is the beginning.
    pub fn cursor<C: FromStr>(&mut self, name: &'static str) -> Option<C> {
        self.parsed(name, "identifiant-invalide", |text| text.parse().ok())
    }

    /// How many rows of a list to give: 1 to `max`, `default` when nothing is said.
    pub fn limit(&mut self, name: &'static str, default: i64, max: i64) -> i64 {
        let limit = self.parsed(name, "champ-invalide", |text| {
            text.parse().ok().filter(|limit| (1..=max).contains(limit))
        });
        limit.unwrap_or(default)
    }

    /// A colour (`#1a2b3c`), or none.
    pub fn optional_couleur(&mut self, name: &'static str) -> Option<String> {
        self.parsed(name, "couleur-invalide", |text| {
            let digits = text.strip_prefix('#')?;
            let known = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            known.then(|| text.to_ascii_lowercase())
        })
    }

    /// A day (`2026-03-31`), or none.
    pub fn optional_date(&mut self, name: &'static str) -> Option<NaiveDate> {
        self.parsed(name, "date-invalide", |text| in_sane_year(text.parse().ok()?))
    }

    /// A moment, or none: RFC 3339, and for forms also what `datetime-local` sends, in the zone of the
    /// one who typed it.
    pub fn optional_timestamp(&mut self, name: &'static str, fuseau: chrono_tz::Tz) -> Option<DateTime<Utc>> {
        let locale = matches!(self.values.get(name), Some(Raw::Typed(_)));
        self.parsed(name, "date-invalide", |text| {
            let moment = match DateTime::parse_from_rfc3339(text) {
                Ok(moment) => moment.to_utc(),
                Err(_) if locale => local(text, fuseau)?,
                Err(_) => return None,
            };
            in_sane_year(moment.date_naive()).map(|_| moment)
        })
    }

    /// An amount as [`Self::optional_amount`] reads it, that must be there.
    pub fn amount(&mut self, name: &'static str, devise: Option<Devise>) -> Decimal {
        self.required(name, |fields| fields.optional_amount(name, devise))
    }

    /// An exact amount, or none: text or a number in JSON; in a form also as people write it and as our
    /// pages show it (`1 200,50 €`, `€1,200.50`). With its currency given, the mark of another one is
    /// refused, but for the euro's sign.
    pub fn optional_amount(&mut self, name: &'static str, devise: Option<Devise>) -> Option<Decimal> {
        let typed = matches!(self.values.get(name), Some(Raw::Typed(_)));
        let text = match self.found(name) {
            Found::Empty => return None,
            Found::Text(text) if typed => typed_amount(&text, devise),
            Found::Text(text) => Some(text),
            Found::Number(number) => Some(number.to_string()),
            Found::Other => None,
        };
        // Nobody's `1.200` is to become one euro twenty: where no currency has a third decimal, it is asked again.
        let two_decimals = devise.is_none_or(|devise| devise.decimals() < 3);
        if typed && two_decimals && text.as_deref().and_then(as_thousands).is_some() {
            self.refus.push(Refus::invalid(name, "montant-ambigu"));
            return None;
        }
        let montant = text.as_deref().and_then(decimal);
        if montant.is_none() {
            // Each is told how an amount is written there.
            self.refus.push(Refus::invalid(name, if typed { "montant-invalide" } else { "montant-json" }));
        }
        montant
    }

    /// A file of at most `max` bytes; none where none was chosen. JSON holds no files: there the name is unknown.
    pub fn file(&mut self, name: &'static str, max: usize) -> Option<Bytes> {
        if matches!(self.values.get(name), Some(Raw::Json(_))) {
            return None;
        }
        self.seen.insert(name);
        let (nom, contenu) = match self.values.get(name)? {
            Raw::Typed(text) if text.is_empty() => return None,
            Raw::File { nom, contenu } => (nom, contenu.clone()),
            Raw::Typed(_) | Raw::Json(_) => {
                self.refus.push(Refus::invalid(name, "champ-invalide"));
                return Some(Bytes::new());
            }
        };
        if contenu.is_empty() && nom.is_empty() {
            return None;
        }
        if contenu.is_empty() {
            self.refus.push(Refus::invalid(name, "fichier-vide"));
        } else if contenu.len() > max {
            self.refus.push(too_large(name, max));
        }
        Some(contenu)
    }

    /// Whether a reader has refused what stands there.
    pub fn is_refused(&self, name: &str) -> bool {
        self.refus.iter().any(|refus| refus.champ.as_deref() == Some(name))
    }

    /// What `read` finds, or a placeholder and a refusal.
    fn required<T: Default>(&mut self, name: &'static str, read: impl FnOnce(&mut Self) -> Option<T>) -> T {
        read(self).unwrap_or_else(|| {
            if !self.is_refused(name) {
                self.refus.push(Refus::invalid(name, "champ-requis"));
            }
            T::default()
        })
    }

    fn found(&mut self, name: &'static str) -> Found {
        self.seen.insert(name);
        match self.values.get(name) {
            None | Some(Raw::Json(Value::Null)) => Found::Empty,
            Some(Raw::Typed(text)) if text.trim().is_empty() => Found::Empty,
            Some(Raw::Typed(text) | Raw::Json(Value::String(text))) => Found::Text(text.clone()),
            Some(Raw::Json(Value::Number(number))) => Found::Number(number.clone()),
            Some(Raw::Json(_) | Raw::File { .. }) => Found::Other,
        }
    }

    fn parsed<T>(
        &mut self,
        name: &'static str,
        code: &str,
        convert: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = match self.found(name) {
            Found::Empty => return None,
            Found::Text(text) if !text.contains('\0') => convert(text.trim_matches(' ')),
            Found::Text(_) | Found::Number(_) | Found::Other => None,
        };
        if value.is_none() {
            self.refus.push(Refus::invalid(name, code));
        }
        value
    }

    fn read_text(
        &mut self,
        name: &'static str,
        max: usize,
        allowed: impl Fn(char) -> bool,
    ) -> Option<String> {
        let text = match self.found(name) {
            Found::Empty => return None,
            Found::Text(text) => text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned(),
            Found::Number(_) | Found::Other => {
                self.refus.push(Refus::invalid(name, "champ-invalide"));
                return None;
            }
        };
        if text.chars().any(|c| c.is_control() && !allowed(c)) {
            self.refus.push(Refus::invalid(name, "caractere-interdit"));
        } else if text.chars().count() > max {
            self.refus.push(Refus::invalid(name, "champ-trop-long").arg("max", max));
        }
        (!text.is_empty()).then_some(text)
    }
}

/// What is said of a file of more than `max` bytes.
pub fn too_large(name: &str, max: usize) -> Refus {
    let (code, unit) =
        if max < 1024 * 1024 { ("fichier-trop-grand-ko", 1024) } else { ("fichier-trop-grand", 1024 * 1024) };
    Refus::invalid(name, code).arg("max", max / unit)
}

/// A name that came from outside, cut to what an answer should carry.
fn clipped(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Dates that pages and columns can carry: a typing error in the year is told, not stored.
fn in_sane_year(date: NaiveDate) -> Option<NaiveDate> {
    use chrono::Datelike;
    (1900..=2199).contains(&date.year()).then_some(date)
}

/// What `datetime-local` sends, in its writer's zone. In the hour that a clock skips there is no such
/// moment; in the hour that it repeats, the first is meant.
fn local(text: &str, fuseau: chrono_tz::Tz) -> Option<DateTime<Utc>> {
    let naive = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(fuseau.from_local_datetime(&naive).earliest()?.to_utc())
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok().filter(|_| is_decimal(text))
}

/// The amounts that a text may say, as people write one: `1 200,50 €`, `1200`. None of any other text, two where the
/// separator may be either: `1,200` is twelve hundred in English, and one and a fifth in French.
pub fn said_amounts(text: &str) -> Vec<Decimal> {
    let Some(number) = typed_amount(text, None) else { return Vec::new() };
    decimal(&number).into_iter().chain(as_thousands(&number)).collect()
}

/// `1.200` as twelve hundred: what a number is if its only separator parts thousands.
fn as_thousands(number: &str) -> Option<Decimal> {
    let (whole, thousands) = number.split_once('.')?;
    let parted = thousands.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    parted.then(|| decimal(&format!("{whole}{thousands}")))?
}

/// `1 200,50 €` as `1200.50`. `None` for the mark of another currency, and for separators that no country
/// writes so. A single separator is the decimal one, be it comma or point; of two kinds, the last one is.
fn typed_amount(text: &str, devise: Option<Devise>) -> Option<String> {
    let (minus, text) = match text.trim().strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest.trim()),
        None => ("", text.trim()),
    };
    let number: String = without_mark(text, devise)?
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’'))
        .collect();
    let (whole, fraction) = match number.rfind([',', '.']) {
        None => (number.as_str(), None),
        Some(at) => {
            let (whole, rest) = number.split_at(at);
            let (separator, fraction) = (if rest.starts_with(',') { ',' } else { '.' }, &rest[1..]);
            // The same one before: then it cannot be the decimal one, and all of them part thousands.
            if whole.contains(separator) { (number.as_str(), None) } else { (whole, Some(fraction)) }
        }
    };
    let whole = without_thousands(whole)?;
    Some(fraction.map_or_else(|| format!("{minus}{whole}"), |fraction| format!("{minus}{whole}.{fraction}")))
}

/// `1.200.300` as `1200300`: one kind of separator, and three digits after each.
fn without_thousands(whole: &str) -> Option<String> {
    let Some(separator) = whole.chars().find(|c| matches!(c, ',' | '.')) else {
        return Some(whole.to_owned());
    };
    let mut groups = whole.split(separator);
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    (first && groups.all(|group| group.len() == 3)).then(|| whole.replace(separator, ""))
}

/// The amount without the currency that stands before or after it: a sign, or a code of three letters.
fn without_mark(text: &str, devise: Option<Devise>) -> Option<&str> {
    const SIGNS: [char; 3] = ['€', '$', '£'];
    let is_mark = |c: char| SIGNS.contains(&c) || c.is_ascii_alphabetic();
    let amount = text.trim_start_matches(is_mark);
    let before = &text[..text.len() - amount.len()];
    let number = amount.trim_end_matches(is_mark);
    let after = &amount[number.len()..];
    let mark = match (before, after) {
        ("", "") => return Some(number),
        (mark, "") | ("", mark) => mark,
        _ => return None,
    };
    let fits = match (mark, devise) {
        ("€", _) | ("$" | "£", None) => true,
        ("$" | "£", Some(devise)) => devise.symbol().ends_with(mark),
        (code, devise) => Devise::parse(code).is_ok_and(|it| devise.is_none_or(|devise| devise == it)),
    };
    fits.then(|| number.trim())
}

fn is_decimal(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction)
}

/// Whether it looks like an address that mail could reach; only mail itself can tell more.
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_plain =
        |c: char| !c.is_whitespace() && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '@');
    let label = |e: &str| !e.is_empty() && !e.starts_with('-') && !e.ends_with('-');
    !name.is_empty()
        && name.chars().all(is_plain)
        && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// The parameters of a query string, read as a form's fields are.
#[derive(Debug)]
pub struct Query(pub Fields);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let text = parts.uri.query().unwrap_or_default();
        Fields::of_form(text.as_bytes()).map(Self).map_err(|_| AppError::InvalidQuery)
    }
}

/// `/api` takes JSON, or a mail as it is, and pages take forms: a cross-site form can never reach the API.
impl FromRequest<App> for Fields {
    type Rejection = AppError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        let api = request.uri().path().starts_with("/api/");
        let expected = if api { "application/json" } else { FORM };
        let announced = content_type(request.headers());
        if announced.as_deref() == Some(MULTIPART) && !api {
            let form = Multipart::from_request(request, app).await.map_err(|_| AppError::InvalidForm)?;
            return Self::of_multipart(form).await;
        }
        let body = Bytes::from_request(request, app).await.map_err(|_| AppError::BodyInterrupted)?;
        match announced {
            Some(announced) if api && FILES.iter().any(|file| announced.starts_with(file)) => {
                Ok(Self::of_file(body))
            }
            _ if body.is_empty() => Ok(Self::default()),
            Some(announced) if announced == expected && api => Self::of_json(&body),
            Some(announced) if announced == expected => Self::of_form(&body),
            _ => Err(AppError::UnsupportedType { expected }),
        }
    }
}

/// The announced type of a body, in small letters and without its parameters.
fn content_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().unwrap_or_default();
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// A write that takes no fields: its body is empty or an empty object, and anything else is refused as a
/// field that nobody knows.
#[derive(Debug)]
pub struct NoFields;

impl FromRequest<App> for NoFields {
    type Rejection = AppError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        Fields::from_request(request, app).await?.finish(Self)
    }
}

#[cfg(test)]
mod tests;
