//! What a request says about how its write is to be done: under which key, and whether its sender waits.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::probleme::Erreur;

/// The longest that anybody is made to wait for a job.
pub const ATTENTE_MAX: Duration = Duration::from_secs(30);

/// `Idempotency-Key` and `Prefer: wait=N` (RFC 7240).
#[derive(Debug, Clone, Default)]
pub struct Demande {
    /// What makes the write one write, however often it is sent.
    pub cle: Option<String>,
    /// How long the sender waits for the job; at most [`ATTENTE_MAX`].
    pub attente: Option<Duration>,
}

impl Demande {
    fn of(entetes: &HeaderMap) -> Result<Self, Erreur> {
        let cle = match entetes.get("idempotency-key").map(HeaderValue::to_str) {
            None => None,
            Some(Ok(cle)) => Some(cle.trim().to_owned()),
            Some(Err(_)) => return Err(Erreur::CleInvalide),
        };
        let attente = wait(entetes).map(|secondes| Duration::from_secs(secondes).min(ATTENTE_MAX));
        Ok(Self { cle, attente })
    }

    /// `Preference-Applied`, when a wait was asked for.
    pub fn applied(&self) -> Option<(HeaderName, HeaderValue)> {
        let secondes = self.attente?.as_secs();
        let valeur = HeaderValue::from_str(&format!("wait={secondes}")).ok()?;
        Some((HeaderName::from_static("preference-applied"), valeur))
    }
}

impl<S: Sync> FromRequestParts<S> for Demande {
    type Rejection = Erreur;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Erreur> {
        Self::of(&parts.headers)
    }
}

/// The first `wait` of all `Prefer` headers. A preference that is not understood is no error (RFC 7240,
/// section 2).
fn wait(entetes: &HeaderMap) -> Option<u64> {
    let textes = entetes.get_all("prefer").iter().filter_map(|valeur| valeur.to_str().ok());
    textes.flat_map(|texte| texte.split(',')).find_map(|preference| {
        let (nom, valeur) = preference.split(';').next()?.split_once('=')?;
        let valeur = valeur.trim().trim_matches('"');
        nom.trim().eq_ignore_ascii_case("wait").then(|| valeur.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attente(prefer: &[&str]) -> Option<u64> {
        let mut entetes = HeaderMap::new();
        for valeur in prefer {
            entetes.append("prefer", valeur.parse().unwrap());
        }
        Demande::of(&entetes).unwrap().attente.map(|duree| duree.as_secs())
    }

    #[test]
    fn wait_is_read_as_rfc_7240_writes_it_and_clamped() {
        assert_eq!(attente(&["wait=10"]), Some(10));
        assert_eq!(attente(&["respond-async, Wait=\"5\"; foo=bar"]), Some(5));
        assert_eq!(attente(&["return=minimal", "wait = 7"]), Some(7));
        assert_eq!(attente(&["wait=3, wait=9"]), Some(3));
        assert_eq!(attente(&["wait=3600"]), Some(30));
        assert_eq!(attente(&["wait=0"]), Some(0));
        for sans in ["wait", "wait=", "wait=-1", "wait=soon", "awaits=3"] {
            assert_eq!(attente(&[sans]), None, "{sans}");
        }
    }

    #[test]
    fn a_key_is_text() {
        let mut entetes = HeaderMap::new();
        entetes.insert("idempotency-key", HeaderValue::from_bytes(b"\xe9").unwrap());
        assert!(matches!(Demande::of(&entetes), Err(Erreur::CleInvalide)));
    }
}
