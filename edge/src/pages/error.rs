//! The page that tells an error.

use axum::response::{Html, IntoResponse, Response};

use crate::app::App;
use crate::pages::page_context;
use crate::problem::AppError;
use crate::reader::Reader;
use crate::render::{self, Cadre};

/// The page of an error, in the reader's language. Never fails: what cannot be shown as a page is said in
/// plain text.
pub fn page(app: &App, reader: &Reader, error: &AppError) -> Response {
    let (status, langue) = (error.status(), reader.langue());
    let phrase = error.phrase(langue);
    let cadre = Cadre { langue, fuseau: chrono_tz::Europe::Paris, maintenant: app.now() };
    // A dead link says one thing, and the browser's « back » leads to a form that was sent too often.
    let lien_mort = matches!(error, AppError::DeadLink);
    let context = page_context! {
        statut => (!lien_mort).then_some(status.as_u16()),
        phrase,
        requeteId => status.is_server_error().then(|| reader.request_id()),
        retour => (!lien_mort && !matches!(error, AppError::RateLimited { .. })).then_some("/"),
    };
    match render::render("erreur.html", &cadre, context) {
        Ok(page) => (status, Html(page)).into_response(),
        Err(cause) => {
            tracing::error!(error = format!("{cause:#}"), "the error page cannot be rendered");
            (status, phrase).into_response()
        }
    }
}
