//! The page that tells an error.

use axum::response::{Html, IntoResponse, Response};

use crate::app::App;
use crate::lecteur::Lecteur;
use crate::pages::contexte;
use crate::probleme::Erreur;
use crate::rendu::{self, Cadre};

/// The page of an error, in the reader's language. Never fails: what cannot be shown as a page is said in
/// plain text.
pub fn page(app: &App, lecteur: &Lecteur, erreur: &Erreur) -> Response {
    let (statut, langue) = (erreur.status(), lecteur.langue());
    let phrase = erreur.phrase(langue);
    let cadre = Cadre { langue, fuseau: chrono_tz::Europe::Paris, maintenant: app.now() };
    // A dead link says one thing, and the browser's « back » leads to a form that was sent too often.
    let lien_mort = matches!(erreur, Erreur::LienMort);
    let contexte = contexte! {
        statut => (!lien_mort).then_some(statut.as_u16()),
        phrase,
        requeteId => statut.is_server_error().then(|| lecteur.requete_id()),
        retour => (!lien_mort && !matches!(erreur, Erreur::Limite { .. })).then_some("/"),
    };
    match rendu::render("erreur.html", &cadre, contexte) {
        Ok(page) => (statut, Html(page)).into_response(),
        Err(cause) => {
            tracing::error!(erreur = format!("{cause:#}"), "the error page cannot be rendered");
            (statut, phrase).into_response()
        }
    }
}
