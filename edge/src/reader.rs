//! Who reads the answer: in which language, and under which number it stands in the logs.

use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use common::domaine::Langue;
use serde::Serialize;

/// The reader of one answer. Made for each request; the extractors that find out who it is note their
/// language, and whatever is said afterwards, errors too, is said in it.
#[derive(Debug, Clone)]
pub struct Reader(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    request_id: String,
    accept: Langue,
    known: OnceLock<Langue>,
    entete: OnceLock<Entete>,
}

/// What the head of the freelancer's pages says.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entete {
    /// Whose pages they are.
    pub nom: String,
    /// The Stripe key's mode; none: payments are not configured.
    pub stripe_livemode: Option<bool>,
    /// Whether they see what concerns the whole instance.
    pub administrateur: bool,
}

impl Reader {
    /// The reader that a request's headers tell of. French when they tell nothing.
    pub fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self(Arc::new(Inner {
            request_id: hex::encode(rand::random::<[u8; 8]>()),
            accept: accept.and_then(preferred).unwrap_or(Langue::Fr),
            known: OnceLock::new(),
            entete: OnceLock::new(),
        }))
    }

    /// The reader of the request that these extensions belong to.
    pub fn find(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_else(|| Self::of(&HeaderMap::new()))
    }

    /// The language to write in.
    pub fn langue(&self) -> Langue {
        self.0.known.get().copied().unwrap_or(self.0.accept)
    }

    /// Notes the language of the person who turned out to be reading.
    pub fn note(&self, langue: Langue) {
        // Whoever is found first is the reader.
        let _ = self.0.known.set(langue);
    }

    /// Notes that a freelancer reads one of their pages: an error keeps its head.
    pub fn note_entete(&self, entete: Entete) {
        let _ = self.0.entete.set(entete);
    }

    /// The head of the freelancer's pages, when one of them was asked for.
    pub fn entete(&self) -> Option<&Entete> {
        self.0.entete.get()
    }

    /// The request's number in the logs, for people to quote.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::find(&parts.extensions))
    }
}

/// The language of ours that `Accept-Language` likes best; of two liked alike, the first.
fn preferred(accept: &str) -> Option<Langue> {
    let mut best: Option<(f32, Langue)> = None;
    for entry in accept.split(',').take(20) {
        let (label, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).unwrap_or(0.0);
        let langue = label.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().parse();
        if let Ok(langue) = langue
            && weight > best.map_or(0.0, |(q, _)| q)
        {
            best = Some((weight, langue));
        }
    }
    best.map(|(_, langue)| langue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_language_of_ours_is_taken() {
        assert_eq!(preferred("en-GB,en;q=0.9,fr;q=0.8"), Some(Langue::En));
        assert_eq!(preferred("de, fr-CA;q=0.7, en;q=0.3"), Some(Langue::Fr));
        assert_eq!(preferred("en;q=0.5, fr;q=0.5"), Some(Langue::En));
        assert_eq!(preferred("en;q=0, de"), None);
        assert_eq!(preferred("*;q=zzz"), None);
    }
}
