//! `/api/evenements`: mails and notes that were pasted wrongly.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use common::jobs::DeleteEvenement;

use crate::api::write::write;
use crate::app::App;
use crate::commands;
use crate::fields::{Fields, NoFields};
use crate::job_options::JobOptions;
use crate::problem::AppError;
use crate::session::{Id, Utilisateur};

/// `PATCH /api/evenements/{id}`
pub async fn update(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
    options: JobOptions,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::update_evenement(id, me.fuseau, &mut fields)?;
    write(&app, &me, &options, &job, StatusCode::OK).await
}

/// `DELETE /api/evenements/{id}`
pub async fn delete(
    State(app): State<App>,
    me: Utilisateur,
    Id(evenement_id): Id,
    options: JobOptions,
    _: NoFields,
) -> Result<Response, AppError> {
    write(&app, &me, &options, &DeleteEvenement { evenement_id }, StatusCode::OK).await
}
