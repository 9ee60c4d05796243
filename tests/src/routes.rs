//! The URL table, read out of its source, so that a new route is tried without being listed anywhere.

use reqwest::Method;

const TABLE: &str = include_str!("../../edge/src/routes.rs");

/// Where Stripe sends its events.
pub const WEBHOOK: &str = "/api/webhooks/stripe";

/// A line of the URL table.
#[derive(Debug)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path, with placeholders.
    pub path: String,
}

impl Route {
    /// Whether nobody has to be signed in.
    pub fn is_public(&self) -> bool {
        ["/portail/", "/payer/", "/api/portail/", "/installation/", "/mot-de-passe/", "/logos/", "/assets/"]
            .iter()
            .any(|prefix| self.path.starts_with(prefix))
            || [
                "/connexion",
                "/deconnexion",
                "/mot-de-passe-oublie",
                "/api/connexion",
                "/api/deconnexion",
                "/api/openapi.json",
                "/sante",
                "/pret",
                "/styleguide",
            ]
            .contains(&self.path.as_str())
    }
}

/// Every route of the table: `.route("path", get(..).post(..))`.
pub fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for line in TABLE.lines().filter_map(|line| line.trim().strip_prefix(".route(")) {
        let (path, handlers) = line.split_once(", ").expect("a path and its handlers");
        let path = if path == "WEBHOOK" { WEBHOOK } else { path.trim_matches('"') };
        for (verb, method) in [
            ("get(", Method::GET),
            ("post(", Method::POST),
            ("put(", Method::PUT),
            ("patch(", Method::PATCH),
            ("delete(", Method::DELETE),
        ] {
            if handlers.starts_with(verb) || handlers.contains(&format!(".{verb}")) {
                routes.push(Route { method: method.clone(), path: path.to_owned() });
            }
        }
    }
    assert!(routes.len() > 60, "the table reads as {} routes", routes.len());
    routes
}
