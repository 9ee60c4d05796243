//! `/api/clients`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use common::jobs::{DeleteClient, GeneratePortail, RevokePortail};

use super::list::Slice;
use crate::api::write::write;
use crate::app::App;
use crate::commands::{self, LINE_MAX};
use crate::fields::{Fields, NoFields, Query};
use crate::job_options::JobOptions;
use crate::problem::AppError;
use crate::queries::Page;
use crate::queries::client::{self, Client};
use crate::queries::evenement::{self, Evenement};
use crate::session::{Id, Utilisateur};

/// `GET /api/clients?recherche=`
pub async fn list(
    State(app): State<App>,
    me: Utilisateur,
    Query(mut fields): Query,
) -> Result<Json<Page<Client>>, AppError> {
    let recherche = fields.optional_text("recherche", LINE_MAX);
    let slice = Slice::of(&mut fields);
    let Slice { after, limit } = fields.finish(slice)?;
    let page = client::list(&app.pool, me.id, recherche.as_deref(), after, limit, &app.liens).await?;
    Ok(Json(page))
}

/// `POST /api/clients`
pub async fn create(
    State(app): State<App>,
    me: Utilisateur,
    options: JobOptions,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::create_client(&mut fields)?;
    write(&app, &me, &options, &job, StatusCode::CREATED).await
}

/// `GET /api/clients/{id}`
pub async fn show(State(app): State<App>, me: Utilisateur, Id(id): Id) -> Result<Json<Client>, AppError> {
    let client = client::find(&app.pool, me.id, id, &app.liens).await?;
    client.map(Json).ok_or(AppError::NotFound)
}

/// `PATCH /api/clients/{id}`
pub async fn update(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
    options: JobOptions,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::update_client(id, &mut fields)?;
    write(&app, &me, &options, &job, StatusCode::OK).await
}

/// `DELETE /api/clients/{id}`
pub async fn delete(
    State(app): State<App>,
    me: Utilisateur,
    Id(client_id): Id,
    options: JobOptions,
    _: NoFields,
) -> Result<Response, AppError> {
    write(&app, &me, &options, &DeleteClient { client_id }, StatusCode::OK).await
}

/// `GET /api/clients/{id}/timeline?typeEvenement=`
pub async fn timeline(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
    Query(mut fields): Query,
) -> Result<Json<Page<Evenement>>, AppError> {
    let types = fields.optional_choice("typeEvenement").map(|choice| [choice]);
    let slice = Slice::of(&mut fields);
    let Slice { after, limit } = fields.finish(slice)?;
    client::find(&app.pool, me.id, id, &app.liens).await?.ok_or(AppError::NotFound)?;
    let types = types.as_ref().map(<[_; 1]>::as_slice);
    Ok(Json(evenement::timeline(&app.pool, me.id, id, types, after, limit).await?))
}

/// `POST /api/clients/{id}/emails`
pub async fn record_email(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
    options: JobOptions,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::record_email(id, me.fuseau, &mut fields)?;
    write(&app, &me, &options, &job, StatusCode::CREATED).await
}

/// `POST /api/clients/{id}/notes`
pub async fn record_note(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
    options: JobOptions,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::record_note(id, &mut fields)?;
    write(&app, &me, &options, &job, StatusCode::CREATED).await
}

/// `POST /api/clients/{id}/portail`
pub async fn generate_portail(
    State(app): State<App>,
    me: Utilisateur,
    Id(client_id): Id,
    options: JobOptions,
    _: NoFields,
) -> Result<Response, AppError> {
    write(&app, &me, &options, &GeneratePortail { client_id }, StatusCode::CREATED).await
}

/// `DELETE /api/clients/{id}/portail`
pub async fn revoke_portail(
    State(app): State<App>,
    me: Utilisateur,
    Id(client_id): Id,
    options: JobOptions,
    _: NoFields,
) -> Result<Response, AppError> {
    write(&app, &me, &options, &RevokePortail { client_id }, StatusCode::OK).await
}
