//! A request that changes something must come from our own pages.
//!
//! Browsers say so themselves: `Sec-Fetch-Site`, or, where it is missing (plain http on a LAN, old
//! browsers), `Origin`, which must be that of `PUBLIC_URL`. Programs send neither; they pass as long as
//! they carry no cookie, and with one they must send `Origin` too. The private links' pages know no cookie,
//! so there is nothing to borrow there.

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::probleme::Erreur;

/// Lets safe methods and our own pages' requests pass; 403 for the others.
pub async fn guard(State(app): State<App>, requete: Request, suite: Next) -> Response {
    // Sent by Stripe, proven by its signature.
    let webhook = requete.uri().path() == crate::routes::WEBHOOK;
    let sure = matches!(*requete.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let cookie = !crate::routes::is_public(requete.uri().path()) && requete.headers().contains_key(COOKIE);
    if sure || webhook || is_ours(requete.headers(), &app.public_url.origin(), cookie) {
        suite.run(requete).await
    } else {
        Erreur::OrigineRefusee.into_response()
    }
}

fn is_ours(headers: &HeaderMap, notre: &str, cookie: bool) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match headers.get(ORIGIN) {
        Some(origine) => origine == notre,
        None => !cookie,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn passe(entetes: &[(&'static str, &str)], cookie: bool) -> bool {
        let entetes =
            entetes.iter().map(|(nom, valeur)| (HeaderName::from_static(nom), valeur.parse().unwrap()));
        is_ours(&entetes.collect(), "https://guichet.example", cookie)
    }

    #[test]
    fn only_our_own_pages_and_cookieless_programs_may_write() {
        for cookie in [true, false] {
            assert!(passe(&[("sec-fetch-site", "same-origin")], cookie));
            assert!(passe(&[("sec-fetch-site", "none")], cookie));
            assert!(passe(&[("origin", "https://guichet.example")], cookie));
            assert!(!passe(&[("sec-fetch-site", "same-site")], cookie));
            assert!(!passe(
                &[("sec-fetch-site", "cross-site"), ("origin", "https://guichet.example")],
                cookie
            ));
            assert!(!passe(&[("origin", "https://evil.example")], cookie));
            assert!(!passe(&[("origin", "http://guichet.example")], cookie));
            assert!(!passe(&[("origin", "null")], cookie));
        }
        assert!(passe(&[], false));
        assert!(!passe(&[], true));
    }
}
