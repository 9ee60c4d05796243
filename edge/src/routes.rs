//! The whole URL table. Who may call what is in the handlers' signatures.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, patch, post, put};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::api::bureau::{
    clients, connexion, evenements, jobs, operations, opportunites, paiements, recherche, tickets,
    utilisateur,
};
use crate::api::openapi;
use crate::api::public::{portail, sante, webhooks};
use crate::app::App;
use crate::pages::bureau::Bureau;
use crate::problem::{self, AppError};
use crate::{body, commands, csrf, headers};

/// Where Stripe sends its events: the one unsafe route that other sites may call.
pub const WEBHOOK: &str = "/api/webhooks/stripe";

/// Whether a path belongs to clients, who have no account and no cookie.
pub fn is_public(path: &str) -> bool {
    ["/portail/", "/payer/", "/api/portail/"].iter().any(|prefix| path.starts_with(prefix))
}

/// How large a file a path takes, if it takes one: the mail that goes on a client's timeline, the logo.
pub fn file_max(path: &str) -> Option<usize> {
    let path = path.strip_prefix("/api").unwrap_or(path);
    match path {
        "/reglages/logo" | "/utilisateur/logo" => Some(commands::LOGO_MAX),
        _ if path.starts_with("/clients/") && path.ends_with("/emails") => Some(commands::EML_MAX),
        _ => None,
    }
}

/// Every route, with what all answers have in common around them.
pub fn table(app: App) -> Router {
    let styleguide = if app.styleguide { pages_development() } else { Router::new() };
    Router::new()
        .merge(styleguide)
        .merge(bureau())
        .merge(public())
        .merge(pages_bureau())
        .merge(pages_public())
        // Whoever is signed in keeps the head of their pages.
        .fallback(async |_: Result<Bureau, AppError>| AppError::NotFound)
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed)
        .layer(from_fn_with_state(app.clone(), csrf::guard))
        // What a body may weigh is said in `body`, route by route.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), body::buffer))
        .layer(from_fn(problem::in_time))
        .layer(CatchPanicLayer::custom(problem::of_panic))
        .layer(from_fn_with_state(app.clone(), problem::render))
        .layer(CompressionLayer::new().gzip(true))
        .layer(from_fn_with_state(app.clone(), headers::middleware))
        .with_state(app)
}

/// The freelancer's JSON API.
#[rustfmt::skip]
fn bureau() -> Router<App> {
    Router::new()
        .route("/api/connexion", post(connexion::sign_in))
        .route("/api/deconnexion", post(connexion::sign_out))
        .route("/api/utilisateur", get(utilisateur::show).patch(utilisateur::update))
        .route("/api/utilisateur/logo", put(utilisateur::update_logo).delete(utilisateur::remove_logo))
        .route("/api/utilisateur/mot-de-passe", post(utilisateur::update_mot_de_passe))
        .route("/api/utilisateur/jetons", get(utilisateur::jetons).post(utilisateur::create_jeton))
        .route("/api/utilisateur/jetons/{id}", delete(utilisateur::revoke_jeton))
        .route("/api/sessions", get(utilisateur::sessions).delete(utilisateur::close_sessions))
        .route("/api/sessions/{id}", delete(utilisateur::close_session))
        .route("/api/clients", get(clients::list).post(clients::create))
        .route("/api/clients/{id}", get(clients::show).patch(clients::update).delete(clients::delete))
        .route("/api/clients/{id}/donnees", get(clients::data))
        .route("/api/clients/{id}/effacement", post(clients::erase))
        .route("/api/clients/{id}/timeline", get(clients::timeline))
        .route("/api/clients/{id}/emails", post(clients::record_email))
        .route("/api/clients/{id}/notes", post(clients::record_note))
        .route("/api/clients/{id}/portail", post(clients::generate_portail).delete(clients::revoke_portail))
        .route("/api/evenements/{id}/lecture", post(evenements::read))
        .route("/api/evenements/{id}", patch(evenements::update).delete(evenements::delete))
        .route("/api/opportunites", get(opportunites::list).post(opportunites::create))
        .route("/api/opportunites/{id}", get(opportunites::show).patch(opportunites::update).delete(opportunites::delete))
        .route("/api/opportunites/{id}/verification", post(opportunites::refresh))
        .route("/api/opportunites/{id}/paiements", get(opportunites::payments))
        .route("/api/opportunites/{id}/remboursements", post(opportunites::refund))
        .route("/api/opportunites/{id}/evenements-stripe", get(opportunites::stripe_events))
        .route("/api/opportunites/{id}/evenements-stripe/{evt}", get(opportunites::stripe_event))
        .route("/api/opportunites/{id}/evenements-stripe/{evt}/rejeu", post(opportunites::replay))
        .route("/api/opportunites/{id}/recus", get(opportunites::receipts))
        .route("/api/opportunites/{id}/lien", delete(opportunites::cancel_link))
        .route("/api/opportunites/{id}/encaissement", post(opportunites::record_payment).delete(opportunites::reverse_payment))
        .route("/api/opportunites/{id}/envoi", post(opportunites::send_link))
        .route("/api/paiements/stripe/session", post(paiements::create_session))
        .route("/api/tickets", get(tickets::list).post(tickets::create))
        .route("/api/tickets/{id}", get(tickets::show).patch(tickets::update))
        .route("/api/tickets/{id}/messages", post(tickets::reply))
        .route("/api/operations", get(operations::show))
        .route("/api/operations/jobs/{id}/reexecuter", post(operations::reexecute))
        .route("/api/recherche", get(recherche::find))
        .route("/api/jobs/{id}", get(jobs::show))
}

/// Clients by their private link, Stripe by its signature, the operator.
#[rustfmt::skip]
fn public() -> Router<App> {
    Router::new()
        .route("/api/portail/{token}", get(portail::show))
        .route("/api/portail/{token}/tickets", post(portail::create_ticket))
        .route("/api/portail/{token}/tickets/{id}/messages", post(portail::reply_ticket))
        .route("/api/portail/{token}/jobs/{id}", get(portail::show_job))
        .route(WEBHOOK, post(webhooks::stripe))
        .route("/api/openapi.json", get(openapi::show))
        .route("/sante", get(sante::live))
        .route("/pret", get(sante::ready))
}

/// The freelancer's pages and forms.
#[rustfmt::skip]
fn pages_bureau() -> Router<App> {
    use crate::pages::bureau::{clients, connexion, evenements, export, installation, jobs, operations, opportunites, oubli, recherche, reglages, tableau, tickets};
    Router::new()
        .route("/", get(tableau::show))
        .route("/connexion", get(connexion::show).post(connexion::sign_in))
        .route("/deconnexion", post(connexion::sign_out))
        .route("/installation/{token}", get(installation::show).post(installation::create))
        .route("/mot-de-passe-oublie", get(oubli::show).post(oubli::forget))
        .route("/mot-de-passe/{token}", get(oubli::show_reset).post(oubli::reset))
        .route("/reglages", get(reglages::show).post(reglages::update))
        .route("/reglages/couleur", post(reglages::update_couleur))
        .route("/reglages/logo", post(reglages::update_logo))
        .route("/reglages/logo/retirer", post(reglages::remove_logo))
        .route("/reglages/mot-de-passe", post(reglages::update_mot_de_passe))
        .route("/reglages/sessions/fermer", post(reglages::close_sessions))
        .route("/reglages/jetons", post(reglages::create_jeton))
        .route("/reglages/jetons/{id}/revoquer", post(reglages::revoke_jeton))
        .route("/clients", get(clients::list).post(clients::create))
        .route("/clients/{id}", get(clients::show).post(clients::update))
        .route("/clients/{id}/supprimer", post(clients::delete))
        .route("/clients/{id}/effacer", get(clients::show_erase).post(clients::erase))
        .route("/clients/{id}/donnees.json", get(export::client_data))
        .route("/clients/{id}/portail", post(clients::generate_portail))
        .route("/clients/{id}/portail/revoquer", post(clients::revoke_portail))
        .route("/clients/{id}/emails", post(clients::record_email))
        .route("/clients/{id}/notes", post(clients::record_note))
        .route("/clients/{id}/tickets", post(clients::create_ticket))
        .route("/evenements/{id}", get(evenements::show).post(evenements::update))
        .route("/evenements/{id}/supprimer", post(evenements::delete))
        .route("/evenements/{id}/lecture", post(evenements::read))
        .route("/opportunites", get(opportunites::list).post(opportunites::create))
        .route("/opportunites/{id}", get(opportunites::show).post(opportunites::update))
        .route("/opportunites/{id}/lien", post(opportunites::generate_link))
        .route("/opportunites/{id}/lien/annuler", post(opportunites::cancel_link))
        .route("/opportunites/{id}/envoyer", post(opportunites::send_link))
        .route("/opportunites/{id}/verifier", post(opportunites::refresh))
        .route("/opportunites/{id}/encaissement", post(opportunites::record_payment))
        .route("/opportunites/{id}/encaissement/annuler", post(opportunites::reverse_payment))
        .route("/opportunites/{id}/remboursements", post(opportunites::refund))
        .route("/opportunites/{id}/evenements-stripe/{evt}", get(opportunites::show_stripe_event))
        .route("/opportunites/{id}/evenements-stripe/{evt}/rejouer", post(opportunites::replay))
        .route("/opportunites/{id}/recu", get(opportunites::show_receipt))
        .route("/opportunites/{id}/supprimer", post(opportunites::delete))
        .route("/tickets", get(tickets::list).post(tickets::create))
        .route("/tickets/{id}", get(tickets::show).post(tickets::update))
        .route("/tickets/{id}/messages", post(tickets::reply))
        .route("/operations", get(operations::show))
        .route("/operations/jobs/{id}/reexecuter", post(operations::reexecute))
        .route("/recherche", get(recherche::show))
        .route("/clients.csv", get(export::clients))
        .route("/opportunites.csv", get(export::deals))
        .route("/paiements.csv", get(export::paiements))
        .route("/jobs/{id}", get(jobs::show))
}

/// The clients' pages and forms, and what all pages are made of.
#[rustfmt::skip]
fn pages_public() -> Router<App> {
    use crate::pages::public::{logos, payer, portail};
    Router::new()
        .route("/portail/{token}", get(portail::show))
        .route("/portail/{token}/tickets", post(portail::create_ticket))
        .route("/portail/{token}/tickets/{id}", get(portail::show_ticket))
        .route("/portail/{token}/tickets/{id}/messages", post(portail::reply))
        .route("/portail/{token}/jobs/{id}", get(portail::show_job))
        .route("/payer/{token}", get(payer::show).post(payer::pay))
        .route("/payer/{token}/recu", get(payer::show_receipt))
        .route("/payer/{token}/verifier", post(payer::refresh))
        .route("/logos/{empreinte}", get(logos::show))
        .route("/assets/{hash}/{name}", get(crate::render::assets::serve))
}

/// What only those see who make the pages.
#[rustfmt::skip]
fn pages_development() -> Router<App> {
    Router::new()
        .route("/styleguide", get(crate::pages::styleguide::show))
}
