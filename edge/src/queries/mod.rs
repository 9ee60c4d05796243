//! What the pages and the JSON API read: one file per noun.
//!
//! Every function that reads for a freelancer takes their id right after the pool and holds every row
//! against it in SQL; what belongs to somebody else and what does not exist look the same (`None`).
//! The structs are both the API's shapes and the templates' context.

pub mod client;
pub mod courriel;
pub mod dossier;
pub mod evenement;
pub mod jeton_api;
pub mod job;
pub mod logo;
pub mod operations;
pub mod opportunite;
pub mod paiement;
pub mod payer;
pub mod portail;
pub mod recherche;
pub mod recu;
pub mod tableau;
pub mod ticket;
pub mod utilisateur;

use chrono::{DateTime, SecondsFormat, Utc};
use common::jeton::Sealer;
use common::lien::PublicUrl;
use common::montant::{Devise, exact};
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

/// Rows of one page of a list.
pub const PER_PAGE: i64 = 50;

/// Opens sealed tokens and builds the links that their owners may see.
#[derive(Debug, Clone)]
pub struct Liens {
    /// Opens what the worker sealed.
    pub sealer: Sealer,
    /// The root of every link.
    pub public_url: PublicUrl,
}

impl Liens {
    /// The portal's link of the client `id`. `None` when there is none, or when `SECRET_KEY` no longer
    /// holds the key that sealed it: a new link must then be made.
    pub fn portail(&self, scelle: Option<&[u8]>, id: Uuid) -> Option<String> {
        self.open(scelle?, id).map(|jeton| self.public_url.portail(&jeton))
    }

    /// The durable payment link of the deal `id`; `None` as for [`Self::portail`].
    pub fn payer(&self, scelle: &[u8], id: Uuid) -> Option<String> {
        self.open(scelle, id).map(|jeton| self.public_url.payer(&jeton))
    }

    fn open(&self, scelle: &[u8], id: Uuid) -> Option<common::jeton::Jeton> {
        self.sealer
            .open(scelle, id)
            .inspect_err(|error| tracing::warn!(%id, %error, "a link cannot be shown again"))
            .ok()
    }
}

/// One page of a list, newest first.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The rows.
    pub elements: Vec<T>,
    /// What to pass as `apres` for the next page; `None` on the last.
    pub suivant: Option<String>,
}

impl<T> Page<T> {
    /// Cuts what was read (at most one row more than `limit`) into a page.
    fn cut(mut elements: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = elements.len() > limit;
        elements.truncate(limit);
        let suivant = elements.last().filter(|_| more).map(cursor);
        Self { elements, suivant }
    }
}

/// A place in a list that is ordered by date: after this row, going back in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    date: DateTime<Utc>,
    id: Uuid,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let date = self.date.to_rfc3339_opts(SecondsFormat::Micros, true);
        write!(f, "{date}_{}", self.id)
    }
}

impl std::str::FromStr for Cursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (date, id) = text.split_once('_').ok_or(InvalidCursor)?;
        let date = DateTime::parse_from_rfc3339(date).map_err(|_| InvalidCursor)?;
        Ok(Self { date: date.to_utc(), id: id.parse().map_err(|_| InvalidCursor)? })
    }
}

/// A text that no page of a list gave as its `suivant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCursor;

/// A sum of money in one currency. Sums of different currencies are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Somme {
    /// In the currency's main unit.
    #[serde(with = "rust_decimal::serde::str")]
    pub montant: Decimal,
    /// ISO 4217.
    pub devise: Devise,
}

impl Somme {
    /// Takes an amount as a column gives it.
    pub fn new(montant: Decimal, devise: Devise) -> Self {
        let montant = exact(montant, devise);
        Self { montant, devise }
    }

    /// Takes Stripe's minor units, as the ledger holds them.
    pub fn of_minor(minor: i64, devise: Devise) -> Self {
        Self::new(common::montant::from_minor(minor, devise), devise)
    }
}

/// A text to look for as `ILIKE` takes it: what a person types stands for itself.
fn containing(recherche: Option<&str>) -> Option<String> {
    let text = recherche?.trim();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    (!text.is_empty()).then(|| format!("%{escaped}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_their_currency_s_decimals() {
        let (eur, jpy) = (Devise::EUR, Devise::parse("JPY").unwrap());
        assert_eq!(exact("1200.500".parse().unwrap(), eur).to_string(), "1200.50");
        assert_eq!(exact("1200".parse().unwrap(), eur).to_string(), "1200.00");
        assert_eq!(exact("500.000".parse().unwrap(), jpy).to_string(), "500");
        assert_eq!(Somme::of_minor(120_050, eur).montant.to_string(), "1200.50");
    }

    #[test]
    fn a_place_in_a_list_reads_back_as_it_was_written() {
        let cursor = Cursor {
            date: DateTime::from_timestamp_micros(1_795_000_000_123_456).unwrap(),
            id: Uuid::from_u128(7),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("2026_x".parse::<Cursor>(), Err(InvalidCursor));
    }

    #[test]
    fn what_a_person_types_stands_for_itself() {
        assert_eq!(containing(Some(" 100 %_ ")).as_deref(), Some("%100 \\%\\_%"));
        assert_eq!(containing(Some("  ")), None);
    }

    #[test]
    fn a_page_says_where_the_next_begins_only_if_there_is_one() {
        let page = Page::cut(vec![3, 2, 1], 2, ToString::to_string);
        assert_eq!((page.elements, page.suivant.as_deref()), (vec![3, 2], Some("2")));
        assert_eq!(Page::cut(vec![2, 1], 2, ToString::to_string).suivant, None);
    }
}
