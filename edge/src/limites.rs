//! How often is too often. Counted in Redis, so that all edges share the count.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::probleme::Erreur;
use crate::store::Compteur;

const QUART_D_HEURE: u32 = 15 * 60;
const HEURE: u32 = 3600;

/// What is counted, and for whom.
#[derive(Debug, Clone, Copy)]
pub enum Regle<'a> {
    /// Attempts to sign in to one account, by the address that was typed.
    ConnexionCompte(&'a str),
    /// Attempts to sign in from one network address.
    ConnexionAdresse(Adresse),
    /// Private links that lead nowhere, from one network address.
    LienMort(Adresse),
    /// Tickets and messages of one client.
    TicketClient(Uuid),
    /// Tickets and messages from one network address.
    TicketAdresse(Adresse),
    /// Checkout sessions and re-checks asked for by one payment link.
    Payer(Uuid),
    /// Attempts to use the set-up link.
    Installation(Adresse),
}

impl Regle<'_> {
    fn compteur(self) -> Compteur {
        let (cle, plafond, secondes) = match self {
            Self::ConnexionCompte(email) => {
                (format!("connexion:compte:{}", empreinte(email)), 10, QUART_D_HEURE)
            }
            Self::ConnexionAdresse(adresse) => (format!("connexion:adresse:{adresse}"), 30, QUART_D_HEURE),
            Self::LienMort(adresse) => (format!("lien-mort:{adresse}"), 30, QUART_D_HEURE),
            Self::TicketClient(id) => (format!("ticket:client:{id}"), 20, HEURE),
            Self::TicketAdresse(adresse) => (format!("ticket:adresse:{adresse}"), 40, HEURE),
            Self::Payer(id) => (format!("payer:{id}"), 60, HEURE),
            Self::Installation(adresse) => (format!("installation:{adresse}"), 30, QUART_D_HEURE),
        };
        Compteur { cle, plafond, secondes }
    }
}

/// Counts one under every rule; 429 when one of them is full, 503 when Redis is down.
pub async fn compter(app: &App, regles: &[Regle<'_>]) -> Result<(), Erreur> {
    let compteurs: Vec<_> = regles.iter().map(|regle| regle.compteur()).collect();
    match app.store.count(&compteurs, 1).await? {
        None => Ok(()),
        Some(secondes) => Err(Erreur::Limite { secondes }),
    }
}

/// Whether a rule is full, for reads that must go on without Redis: then it is not.
pub async fn verifier(app: &App, regle: Regle<'_>) -> Result<(), Erreur> {
    match app.store.count(&[regle.compteur()], 0).await {
        Ok(Some(secondes)) => Err(Erreur::Limite { secondes }),
        Ok(None) => Ok(()),
        Err(erreur) => {
            tracing::warn!(%erreur, "limits are not counted");
            Ok(())
        }
    }
}

/// Counts one under a rule of a read; without Redis it is not counted.
pub async fn noter(app: &App, regle: Regle<'_>) {
    if let Err(erreur) = app.store.count(&[regle.compteur()], 1).await {
        tracing::warn!(%erreur, "limits are not counted");
    }
}

/// Empties a counter: who proved to be right is not counted among the guessers.
pub async fn oublier(app: &App, regle: Regle<'_>) {
    if let Err(erreur) = app.store.forget(&regle.compteur().cle).await {
        tracing::warn!(%erreur, "limits are not counted");
    }
}

/// Keeps addresses of people out of Redis.
fn empreinte(email: &str) -> String {
    hex::encode(Sha256::digest(email.trim().to_lowercase()))
}

/// Where a request comes from: the peer, or what a trusted proxy says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adresse(pub IpAddr);

impl std::fmt::Display for Adresse {
    /// As it is counted: an IPv6 subscriber has a whole /64 to come from.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.to_canonical() {
            IpAddr::V4(v4) => v4.fmt(f),
            IpAddr::V6(v6) => {
                let reseau = u128::from(v6) >> 64;
                write!(f, "{reseau:016x}")
            }
        }
    }
}

/// The other end of the connection, set by the accept loop.
#[derive(Debug, Clone, Copy)]
pub struct Pair(pub IpAddr);

impl FromRequestParts<App> for Adresse {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions, &parts.headers, &app.trusted_proxies))
    }
}

impl Adresse {
    /// `X-Forwarded-For` is read from its right end, as long as each hop is a proxy of ours: what stands
    /// further left is what the client wrote itself.
    fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &[IpAddr]) -> Self {
        let pair = extensions.get::<Pair>().map_or(IpAddr::from([0, 0, 0, 0]), |pair| pair.0.to_canonical());
        let de_confiance = |adresse: &IpAddr| proxies.iter().any(|proxy| proxy.to_canonical() == *adresse);
        let mut adresse = pair;
        let entetes: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        let etapes = entetes.iter().rev().flat_map(|e| e.to_str().unwrap_or_default().rsplit(','));
        for etape in etapes {
            if !de_confiance(&adresse) {
                break;
            }
            let Ok(suivante) = etape.trim().parse::<IpAddr>() else {
                break;
            };
            adresse = suivante.to_canonical();
        }
        Self(adresse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adresse(pair: &str, entetes: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(Pair(pair.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for entete in entetes {
            headers.append("x-forwarded-for", entete.parse().unwrap());
        }
        let proxies = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        Adresse::of(&extensions, &headers, &proxies).0.to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_words() {
        assert_eq!(adresse("198.51.100.7", &["203.0.113.9"]), "198.51.100.7");
        assert_eq!(adresse("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(adresse("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(adresse("10.0.0.1", &["1.1.1.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(adresse("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(adresse("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(adresse("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn an_ipv6_subscriber_counts_as_one() {
        let compte = |texte: &str| Adresse(texte.parse().unwrap()).to_string();
        assert_eq!(compte("2001:db8:1:2:aaaa::1"), compte("2001:db8:1:2:bbbb::2"));
        assert_ne!(compte("2001:db8:1:2::1"), compte("2001:db8:1:3::1"));
        assert_eq!(compte("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
