//! A request that changes something must come from our own pages.
//!
//! Browsers say so themselves: `Sec-Fetch-Site`, or, where it is missing (plain http on a LAN, old
//! browsers), `Origin`, which must be that of `PUBLIC_URL`. Programs send neither; they pass as long as
//! they carry no cookie, and with one they must send `Origin` too. A script's API token is no browser's to send by
//! itself, and beside it no cookie is looked at: it passes. The private links' pages know no cookie,
//! so there is nothing to borrow there.

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::bearer;
use crate::problem::AppError;

/// Lets safe methods and our own pages' requests pass; 403 for the others.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    // Sent by Stripe, proven by its signature.
    let webhook = request.uri().path() == crate::routes::WEBHOOK;
    let token = bearer::of(request.headers(), request.uri().path()).is_some();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let cookie = !crate::routes::is_public(request.uri().path()) && request.headers().contains_key(COOKIE);
    if safe || webhook || token || is_ours(request.headers(), &app.public_url.origin(), cookie) {
        next.run(request).await
    } else {
        AppError::ForeignOrigin.into_response()
    }
}

fn is_ours(headers: &HeaderMap, ours: &str, cookie: bool) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match headers.get(ORIGIN) {
        Some(origin) => origin == ours,
        None => !cookie,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn passes(headers: &[(&'static str, &str)], cookie: bool) -> bool {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        is_ours(&headers.collect(), "https://guichet.example", cookie)
    }

    #[test]
    fn only_our_own_pages_and_cookieless_programs_may_write() {
        for cookie in [true, false] {
            assert!(passes(&[("sec-fetch-site", "same-origin")], cookie));
            assert!(passes(&[("sec-fetch-site", "none")], cookie));
            assert!(passes(&[("origin", "https://guichet.example")], cookie));
            assert!(!passes(&[("sec-fetch-site", "same-site")], cookie));
            assert!(!passes(
                &[("sec-fetch-site", "cross-site"), ("origin", "https://guichet.example")],
                cookie
            ));
            assert!(!passes(&[("origin", "https://evil.example")], cookie));
            assert!(!passes(&[("origin", "http://guichet.example")], cookie));
            assert!(!passes(&[("origin", "null")], cookie));
        }
        assert!(passes(&[], false));
        assert!(!passes(&[], true));
    }
}
