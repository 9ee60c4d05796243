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
use crate::lecteur::Lecteur;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The policy of every page: nothing but our own files, forms to us and on to Stripe's page.
///
/// `form-action` also holds for the redirect that follows a form; Stripe's pages live on another origin
/// than its API, those of a stand-in on the same.
pub fn csp(stripe_api_base: &Url) -> String {
    let caisse = match stripe_api_base.host_str() {
        Some("api.stripe.com") => "https://checkout.stripe.com".to_owned(),
        _ => stripe_api_base.origin().ascii_serialization(),
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; form-action 'self' {caisse}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Numbers the request, logs it under its route's template (a path may hold a token), and sets the
/// headers of every answer.
pub async fn middleware(State(app): State<App>, mut requete: Request, suite: Next) -> Response {
    let debut = Instant::now();
    let lecteur = Lecteur::of(requete.headers());
    requete.extensions_mut().insert(lecteur.clone());
    let route = requete.extensions().get::<MatchedPath>().cloned();
    let methode = requete.method().clone();
    let mut reponse = suite.run(requete).await;
    tracing::info!(
        requete = lecteur.requete_id(),
        %methode,
        route = route.as_ref().map_or("-", MatchedPath::as_str),
        statut = reponse.status().as_u16(),
        ms = debut.elapsed().as_millis(),
        "request"
    );
    set(&app, &lecteur, &mut reponse);
    reponse
}

fn set(app: &App, lecteur: &Lecteur, reponse: &mut Response) {
    let entetes = reponse.headers_mut();
    let mut fixe =
        |nom: HeaderName, valeur: &'static str| entetes.insert(nom, HeaderValue::from_static(valeur));
    fixe(X_CONTENT_TYPE_OPTIONS, "nosniff");
    // `no-referrer` would make browsers send `Origin: null` with forms, which the origin check refuses.
    fixe(REFERRER_POLICY, "same-origin");
    fixe(ROBOTS, "noindex, nofollow");
    fixe(OPENER_POLICY, "same-origin");
    if app.public_url.is_https() {
        fixe(STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    // Only what is the same for everybody (the assets) says otherwise.
    entetes.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (nom, valeur) in [(CONTENT_SECURITY_POLICY, app.csp.as_str()), (REQUEST_ID, lecteur.requete_id())] {
        if let Ok(valeur) = HeaderValue::from_str(valeur) {
            entetes.insert(nom, valeur);
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
