//! `/api/jobs`

use axum::extract::State;
use axum::response::Response;
use common::job::JobId;

use crate::api::write;
use crate::app::App;
use crate::job_options::JobOptions;
use crate::problem::AppError;
use crate::reader::Reader;
use crate::session::{Id, Utilisateur};

/// `GET /api/jobs/{id}`
pub async fn show(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
    reader: Reader,
    options: JobOptions,
) -> Result<Response, AppError> {
    write::show_job(&app, &reader, &me, &options, JobId(id)).await
}
