//! The HTML pages and their forms. A form posts to the page's own tree, becomes the same job as its JSON
//! twin (`commandes`), and lands on what the job made; a form that is refused is shown again as it was
//! typed, its fields told.

pub mod bureau;
pub mod envoi;
pub mod erreur;
pub mod formulaire;
pub mod params;
pub mod public;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::probleme::Erreur;
use crate::rendu::{self, Cadre};

/// A template's context from values that serialize: `contexte! { page, recherche => texte }`.
macro_rules! contexte {
    (@ $nom:ident) => { minijinja::Value::from(minijinja::value::Serde(&$nom)) };
    (@ $nom:ident $valeur:expr) => { minijinja::Value::from(minijinja::value::Serde(&$valeur)) };
    ($($nom:ident $(=> $valeur:expr)?),* $(,)?) => {
        minijinja::context! { $($nom => $crate::pages::contexte!(@ $nom $($valeur)?)),* }
    };
}
pub(crate) use contexte;

/// Whether the page's own script asks: it then gets JSON of where to go next.
fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|valeur| valeur.to_str().ok())
        .is_some_and(|valeur| valeur.starts_with("application/json"))
}

/// A page as an answer.
fn html(
    template: &str,
    cadre: &Cadre,
    statut: StatusCode,
    contexte: minijinja::Value,
) -> Result<Response, Erreur> {
    let page = rendu::render(template, cadre, contexte).map_err(|erreur| Erreur::Interne(erreur.into()))?;
    Ok((statut, Html(page)).into_response())
}

/// A key for the forms of one rendering of a page.
fn fresh_key() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
