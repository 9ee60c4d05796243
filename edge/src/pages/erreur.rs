//! Stand-in until the real page is here.
use axum::response::{IntoResponse, Response};
/// The page that tells an error.
pub fn page(_: &crate::app::App, lecteur: &crate::lecteur::Lecteur, erreur: &crate::probleme::Erreur) -> Response {
    (erreur.status(), erreur.phrase(lecteur.langue())).into_response()
}
