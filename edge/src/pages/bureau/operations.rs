//! `/operations`: queues, workers, and the jobs that were given up. For administrators.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use common::job::JobId;

use super::Bureau;
use crate::app::App;
use crate::fields::Fields;
use crate::operations;
use crate::pages::form::{Forms, Values};
use crate::pages::page_context;
use crate::problem::AppError;
use crate::session::Id;

/// An administrator at one of their pages. Anybody else finds nothing here.
#[derive(Clone)]
pub struct BureauAdministrateur(Bureau);

impl FromRequestParts<App> for BureauAdministrateur {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let bureau = Bureau::from_request_parts(parts, app).await?;
        if bureau.me.administrateur { Ok(Self(bureau)) } else { Err(AppError::NotFound) }
    }
}

/// `GET /operations`
pub async fn show(BureauAdministrateur(bureau): BureauAdministrateur) -> Result<Response, AppError> {
    let operations = operations::read(&bureau.app).await?;
    let f = Forms::default().get("relance", Values::new());
    bureau.page("operations.html", "operations", StatusCode::OK, page_context! { operations, f }).await
}

/// `POST /operations/jobs/{id}/reexecuter`
pub async fn reexecute(
    BureauAdministrateur(bureau): BureauAdministrateur,
    Id(id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    fields.finish(())?;
    operations::reexecute(&bureau.app, JobId(id)).await?;
    Ok(Redirect::to("/operations#echecs").into_response())
}
