//! `/recherche`

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::Genre;

use super::Bureau;
use crate::pages::page_context;
use crate::problem::AppError;
use crate::queries::recherche::{self, Mots};

/// Of each genre, while all are shown.
const EACH: i64 = 8;
/// Of one genre; more are found by narrowing.
const ALONE: i64 = 50;

/// `GET /recherche?q=&type=`
pub async fn show(bureau: Bureau) -> Result<Response, AppError> {
    let saisie = bureau.params.get("q").unwrap_or_default();
    let genre: Option<Genre> = bureau.params.parse("type");
    let limit = if genre.is_some() { ALONE } else { EACH };
    let mots = Mots::of(saisie);
    let found = recherche::find(&bureau.app.pool, bureau.me.id, &mots, genre, limit).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let groupes: Vec<_> = Genre::ALL
        .iter()
        .filter_map(|&genre| {
            let elements: Vec<_> = found.iter().filter(|it| it.r#type == genre).collect();
            let plein = elements.len() >= most;
            (!elements.is_empty()).then(|| page_context! { genre, elements, plein })
        })
        .collect();
    let context = page_context! {
        q => saisie,
        genre => genre.map_or("", Genre::as_str),
        requete => bureau.params.query(&["q"]),
        groupes,
    };
    bureau.page("recherche.html", "recherche", StatusCode::OK, context).await
}
