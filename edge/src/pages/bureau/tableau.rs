//! `/`

use axum::http::StatusCode;
use axum::response::Response;
use chrono::Datelike;

use super::Bureau;
use crate::pages::form::{Forms, Values};
use crate::pages::page_context;
use crate::problem::AppError;
use crate::queries::tableau;
use crate::render::format::start_of_day;

/// `GET /`
pub async fn show(bureau: Bureau) -> Result<Response, AppError> {
    let (app, cadre) = (&bureau.app, &bureau.cadre);
    let today = cadre.aujourdhui();
    let first = today.with_day(1).unwrap_or(today);
    let month = start_of_day(first, cadre.fuseau);
    let tableau = tableau::read(&app.pool, bureau.me.id, cadre.maintenant, today, month, &app.liens).await?;
    let f = Forms::default().get("lien", Values::new());
    bureau.page("tableau.html", "tableau", StatusCode::OK, page_context! { tableau, f }).await
}
