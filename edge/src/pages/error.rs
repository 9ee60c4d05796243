//! The page that tells an error.

use axum::http::Uri;
use axum::response::{Html, IntoResponse, Response};
use common::domaine::Langue;
use serde::Serialize;

use crate::app::App;
use crate::pages::page_context;
use crate::pages::params::Params;
use crate::problem::AppError;
use crate::reader::Reader;
use crate::render::{self, Cadre};
use crate::routes::is_public;

/// The page of an error, in the reader's language. `uri` and `get` are the request's: where the way out leads,
/// and whether it can be asked again by following a link. Never fails: what cannot be shown as a page is said in plain text.
pub fn page(app: &App, reader: &Reader, error: &AppError, uri: &Uri, get: bool) -> Response {
    let (status, langue) = (error.status(), reader.langue());
    let phrase = error.phrase(langue);
    let cadre = Cadre { langue, fuseau: chrono_tz::Europe::Paris, maintenant: app.now() };
    let quoi = match error {
        AppError::DeadLink => "lien-mort",
        AppError::DeadReset | AppError::DeadSetup => "lien-perime",
        _ => match status.as_u16() {
            403 => "403",
            404 => "404",
            429 => "429",
            503 => "503",
            _ if status.is_server_error() => "500",
            _ => "autre",
        },
    };
    let context = page_context! {
        // Of a dead link the status would tell nothing.
        statut => (!quoi.starts_with("lien-")).then_some(status.as_u16()),
        quoi,
        phrase,
        requeteId => status.is_server_error().then(|| reader.request_id()),
        issue => way_out(error, uri, get),
        // Clients' pages lead to no page of the back-office.
        bureau => reader.entete().filter(|_| !is_public(uri.path())),
        rubrique => "",
        fait => None::<&str>,
    };
    match render::render("erreur.html", &cadre, context) {
        Ok(page) => (status, Html(page)).into_response(),
        Err(cause) => {
            tracing::error!(error = format!("{cause:#}"), "the error page cannot be rendered");
            (status, phrase).into_response()
        }
    }
}

/// The one way on from an error: where to, and the text key that names it.
#[derive(Serialize)]
struct Issue {
    /// A path; empty is the page itself, once more.
    chemin: String,
    cle: &'static str,
}

fn way_out(error: &AppError, uri: &Uri, get: bool) -> Option<Issue> {
    let path = uri.path();
    let to = |chemin: &str, cle| Some(Issue { chemin: chemin.to_owned(), cle });
    match error {
        // After too many attempts the browser's « back » leads to the form that was sent too often.
        AppError::DeadLink | AppError::DeadSetup | AppError::RateLimited { .. } => None,
        AppError::DeadReset => to("/mot-de-passe-oublie", "erreur-autre-lien"),
        _ if get && error.status().is_server_error() => to("", "reessayer"),
        // Clients' pages lead to no page of the back-office.
        _ if is_public(path) => {
            let root: Vec<_> = path.splitn(4, '/').take(3).collect();
            let root = root.join("/");
            // What the link itself answers so is no way out of it.
            if get && root == path {
                return None;
            }
            let key =
                if path.starts_with("/payer/") { "erreur-retour-payer" } else { "erreur-retour-client" };
            // In the language that was chosen for this page.
            match Params::of(uri.query().unwrap_or_default()).get("langue") {
                Some(langue) if Langue::ALL.iter().any(|it| it.as_str() == langue) => {
                    to(&format!("{root}?langue={langue}"), key)
                }
                _ => to(&root, key),
            }
        }
        _ => to("/", "erreur-retour"),
    }
}
