//! How often is too often. Counted in Redis, so that all edges share the count.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::problem::AppError;
use crate::store::Counter;

const QUARTER_HOUR: u32 = 15 * 60;
const HOUR: u32 = 3600;

/// What is counted, and for whom.
#[derive(Debug, Clone, Copy)]
pub enum Rule<'a> {
    /// Attempts to sign in to one account from one network address: a stranger elsewhere uses up none of its
    /// owner's.
    ConnexionByEmail(&'a str, Address),
    /// Attempts to sign in to one account from anywhere: guessing from many addresses ends here.
    ConnexionByEmailAnywhere(&'a str),
    /// Attempts to sign in from one network address.
    ConnexionByAddress(Address),
    /// Attempts to change one account's password.
    MotDePasse(Uuid),
    /// Forgotten passwords of one account, by the address that was typed.
    OubliByEmail(&'a str),
    /// Forgotten passwords from one network address.
    OubliByAddress(Address),
    /// Private links that lead nowhere, from one network address.
    DeadLink(Address),
    /// API tokens that open nothing, from one network address.
    DeadJeton(Address),
    /// Tickets and messages of one client.
    TicketByClient(Uuid),
    /// Tickets and messages from one network address.
    TicketByAddress(Address),
    /// Checkout sessions and re-checks asked for by one payment link.
    Payer(Uuid),
    /// Attempts to use the set-up link.
    Installation(Address),
}

impl Rule<'_> {
    fn counter(self) -> Counter {
        let (key, max, seconds) = match self {
            Self::ConnexionByEmail(email, address) => {
                (format!("connexion:compte:{}:{address}", digest(email)), 10, QUARTER_HOUR)
            }
            Self::ConnexionByEmailAnywhere(email) => {
                (format!("connexion:compte:{}", digest(email)), 100, QUARTER_HOUR)
            }
            Self::ConnexionByAddress(address) => (format!("connexion:adresse:{address}"), 30, QUARTER_HOUR),
            Self::MotDePasse(id) => (format!("mot-de-passe:{id}"), 10, QUARTER_HOUR),
            Self::OubliByEmail(email) => (format!("oubli:compte:{}", digest(email)), 3, HOUR),
            Self::OubliByAddress(address) => (format!("oubli:adresse:{address}"), 10, HOUR),
            Self::DeadLink(address) => (format!("lien-mort:{address}"), 30, QUARTER_HOUR),
            Self::DeadJeton(address) => (format!("jeton-mort:{address}"), 30, QUARTER_HOUR),
            Self::TicketByClient(id) => (format!("ticket:client:{id}"), 20, HOUR),
            Self::TicketByAddress(address) => (format!("ticket:adresse:{address}"), 40, HOUR),
            Self::Payer(id) => (format!("payer:{id}"), 60, HOUR),
            Self::Installation(address) => (format!("installation:{address}"), 30, QUARTER_HOUR),
        };
        Counter { key, max, seconds }
    }
}

/// Counts one under every rule; 429 when one of them is full, 503 when Redis is down.
pub async fn count(app: &App, rules: &[Rule<'_>]) -> Result<(), AppError> {
    let counters: Vec<_> = rules.iter().map(|rule| rule.counter()).collect();
    match app.store.count(&counters).await? {
        None => Ok(()),
        Some(seconds) => Err(AppError::RateLimited { seconds }),
    }
}

/// Counts a read that found nothing, and refuses it when its rule is full: one step, so that a volley of
/// guesses is counted one by one. Reads go on without Redis, uncounted.
pub async fn count_miss(app: &App, rule: Rule<'_>) -> Result<(), AppError> {
    match app.store.count(&[rule.counter()]).await {
        Ok(Some(seconds)) => Err(AppError::RateLimited { seconds }),
        Ok(None) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "limits are not counted");
            Ok(())
        }
    }
}

/// Empties a counter: who proved to be right is not counted among the guessers.
pub async fn forget(app: &App, rule: Rule<'_>) {
    if let Err(error) = app.store.forget(&rule.counter().key).await {
        tracing::warn!(%error, "limits are not counted");
    }
}

/// Keeps addresses of people out of Redis. Folds ASCII only, as sign-in looks up ASCII only: were more
/// folded here than there, one account would have several counters.
fn digest(email: &str) -> String {
    hex::encode(Sha256::digest(email.trim().to_ascii_lowercase()))
}

/// Where a request comes from: the peer, or what a trusted proxy says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub IpAddr);

impl std::fmt::Display for Address {
    /// As it is counted: an IPv6 subscriber has a whole /64 to come from.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.to_canonical() {
            IpAddr::V4(v4) => v4.fmt(f),
            IpAddr::V6(v6) => {
                let network = u128::from(v6) >> 64;
                write!(f, "{network:016x}")
            }
        }
    }
}

/// The other end of the connection, set by the accept loop.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

impl FromRequestParts<App> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions, &parts.headers, &app.trusted_proxies))
    }
}

impl Address {
    /// `X-Forwarded-For` is read from its right end, as long as each hop is a proxy of ours: what stands
    /// further left is what the client wrote itself.
    fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &[IpNet]) -> Self {
        let peer = extensions.get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.to_canonical());
        let is_trusted = |address: &IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
        let mut address = peer;
        let headers: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        let hops = headers.iter().rev().flat_map(|e| e.to_str().unwrap_or_default().rsplit(','));
        for hop in hops {
            if !is_trusted(&address) {
                break;
            }
            let Ok(next) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            address = next.to_canonical();
        }
        Self(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(Peer(peer.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for header in forwarded {
            headers.append("x-forwarded-for", header.parse().unwrap());
        }
        let proxies = [
            "10.0.0.1/32".parse().unwrap(),
            "10.0.0.2/32".parse().unwrap(),
            "172.16.0.0/12".parse().unwrap(),
        ];
        Address::of(&extensions, &headers, &proxies).0.to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_words() {
        assert_eq!(address("198.51.100.7", &["203.0.113.9"]), "198.51.100.7");
        assert_eq!(address("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(address("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(address("10.0.0.1", &["1.1.1.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(address("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(address("172.20.0.3", &["203.0.113.9, 172.31.255.255"]), "203.0.113.9");
        assert_eq!(address("172.32.0.1", &["203.0.113.9"]), "172.32.0.1");
        assert_eq!(address("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn an_ipv6_subscriber_counts_as_one() {
        let counted = |text: &str| Address(text.parse().unwrap()).to_string();
        assert_eq!(counted("2001:db8:1:2:aaaa::1"), counted("2001:db8:1:2:bbbb::2"));
        assert_ne!(counted("2001:db8:1:2::1"), counted("2001:db8:1:3::1"));
        assert_eq!(counted("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
