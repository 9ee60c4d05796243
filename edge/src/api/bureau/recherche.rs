//! `/api/recherche`

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::app::App;
use crate::fields::Query;
use crate::problem::AppError;
use crate::queries::recherche::{self, Mots, Trouvaille};
use crate::session::Utilisateur;

/// The longest query that is read.
const QUERY_MAX: usize = 500;
/// Of each genre, unless asked for otherwise, and at most.
const EACH: i64 = 5;
const EACH_MAX: i64 = 50;

/// What was found, by genre and best first.
#[derive(Debug, Serialize)]
pub struct Found {
    elements: Vec<Trouvaille>,
}

/// `GET /api/recherche?q=&type=&limite=`: every word as the beginning of a word, `limite` of each type.
pub async fn find(
    State(app): State<App>,
    me: Utilisateur,
    Query(mut fields): Query,
) -> Result<Json<Found>, AppError> {
    let saisie = fields.optional_text("q", QUERY_MAX);
    let genre = fields.optional_choice("type");
    let limit = fields.limit("limite", EACH, EACH_MAX);
    fields.finish(())?;
    let mots = Mots::of(saisie.as_deref().unwrap_or_default());
    Ok(Json(Found { elements: recherche::find(&app.pool, me.id, &mots, genre, limit).await? }))
}
