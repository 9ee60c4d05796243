//! What every answer carries besides its words: the headers that keep browsers safe, its number, and its
//! line in the logs.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use crate::app::App;
use crate::reader::Reader;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The policy of every page: nothing but our own files, forms to us and on to Stripe's page.
///
/// `form-action` also holds for the redirect that follows a form; Stripe's pages live on another origin
/// than its API, those of a stand-in on the same.
pub fn csp(stripe_api_base: &Url) -> String {
    let checkout = match stripe_api_base.host_str() {
        Some("api.stripe.com") => "https://checkout.stripe.com".to_owned(),
        _ => stripe_api_base.origin().ascii_serialization(),
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; form-action 'self' {checkout}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Numbers the request, logs and counts it under its route's template (a path may hold a token), and sets the
/// headers of every answer.
pub async fn middleware(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let reader = Reader::of(request.headers());
    request.extensions_mut().insert(reader.clone());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let mut response = next.run(request).await;
    let (route, status, took) =
        (route.as_ref().map(MatchedPath::as_str), response.status().as_u16(), start.elapsed());
    app.metrics.answered(&method, route, status, took);
    tracing::info!(
        request = reader.request_id(),
        %method,
        route = route.unwrap_or("-"),
        status,
        ms = took.as_millis(),
        "request"
    );
    set(&app, &reader, &mut response);
    response
}

fn set(app: &App, reader: &Reader, response: &mut Response) {
    let headers = response.headers_mut();
    let mut put =
        |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    put(X_CONTENT_TYPE_OPTIONS, "nosniff");
    // `no-referrer` would make browsers send `Origin: null` with forms, which the origin check refuses.
    put(REFERRER_POLICY, "same-origin");
    put(ROBOTS, "noindex, nofollow");
    put(OPENER_POLICY, "same-origin");
    if app.public_url.is_https() {
        put(STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    // Only what is the same for everybody (the assets) says otherwise.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in [(CONTENT_SECURITY_POLICY, app.csp.as_str()), (REQUEST_ID, reader.request_id())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn forms_lead_to_us_and_to_stripe_s_page_only() {
        let csp = |base: &str| super::csp(&base.parse().unwrap());
        assert!(csp("https://api.stripe.com").contains("form-action 'self' https://checkout.stripe.com;"));
        assert!(csp("http://127.0.0.1:12111/").contains("form-action 'self' http://127.0.0.1:12111;"));
    }
}
