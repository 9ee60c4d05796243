//! `/api/operations`: for administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use common::domaine::StatutJob;
use common::job::JobId;
use serde_json::{Value, json};

use crate::app::App;
use crate::fields::NoFields;
use crate::operations::{self, Operations};
use crate::problem::AppError;
use crate::session::{Administrateur, Id};

/// `GET /api/operations`
pub async fn show(State(app): State<App>, _: Administrateur) -> Result<Json<Operations>, AppError> {
    Ok(Json(operations::read(&app).await?))
}

/// `POST /api/operations/jobs/{id}/reexecuter`: 202; the job's own sender follows it.
pub async fn reexecute(
    State(app): State<App>,
    _: Administrateur,
    Id(id): Id,
    _: NoFields,
) -> Result<(StatusCode, Json<Value>), AppError> {
    operations::reexecute(&app, JobId(id)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "jobId": id, "statut": StatutJob::EnAttente }))))
}
