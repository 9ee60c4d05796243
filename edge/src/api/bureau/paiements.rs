//! `/api/paiements`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::write::write;
use crate::app::App;
use crate::commands;
use crate::fields::Fields;
use crate::job_options::JobOptions;
use crate::problem::AppError;
use crate::session::Utilisateur;

/// `POST /api/paiements/stripe/session`
pub async fn create_session(
    State(app): State<App>,
    me: Utilisateur,
    options: JobOptions,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::create_checkout_session(&mut fields)?;
    write(&app, &me, &options, &job, StatusCode::CREATED).await
}
