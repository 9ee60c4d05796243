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
    let cadre = Cadre {
        langue,
        fuseau: chrono_tz::Europe::Paris,
        maintenant: app.now(),
    };
    let contexte = contexte! {
        statut => statut.as_u16(),
        phrase,
        requeteId => lecteur.requete_id(),
        // A client has no other page to go to, and a form's page is where the browser's « back » leads.
        retour => (!matches!(erreur, Erreur::LienMort | Erreur::Limite { .. })).then_some("/"),
    };
    match rendu::render("erreur.html", &cadre, contexte) {
        Ok(page) => (statut, Html(page)).into_response(),
        Err(cause) => {
            tracing::error!(erreur = format!("{cause:#}"), "the error page cannot be rendered");
            (statut, phrase).into_response()
        }
    }
}
