//! `/api/clients`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use common::jobs::{DeleteClient, EraseClient, GeneratePortail, RevokePortail};

use super::Bureau;
use super::list::Slice;
use crate::app::App;
use crate::commands::{self, LINE_MAX};
use crate::fields::{Fields, NoFields, Query};
use crate::problem::AppError;
use crate::queries::Page;
use crate::queries::client::{self, Client};
use crate::queries::dossier::{self, Dossier};
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
pub async fn create(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::create_client(&mut fields)?;
    bureau.create(&job).await
}

/// `GET /api/clients/{id}`
pub async fn show(State(app): State<App>, me: Utilisateur, Id(id): Id) -> Result<Json<Client>, AppError> {
    let client = client::find(&app.pool, me.id, id, &app.liens).await?;
    client.map(Json).ok_or(AppError::NotFound)
}

/// `PATCH /api/clients/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_client(id, &mut fields)?;
    bureau.update(&job).await
}

/// `DELETE /api/clients/{id}`
pub async fn delete(bureau: Bureau, Id(client_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&DeleteClient { client_id }).await
}

/// `POST /api/clients/{id}/effacement`: forgets the client; the ledger stays under a pseudonym.
pub async fn erase(bureau: Bureau, Id(client_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&EraseClient { client_id }).await
}

/// `GET /api/clients/{id}/donnees`: all that is held about the client.
pub async fn data(State(app): State<App>, me: Utilisateur, Id(id): Id) -> Result<Json<Dossier>, AppError> {
    let dossier = dossier::read(&app.pool, me.id, id, &app.liens).await?;
    dossier.map(Json).ok_or(AppError::NotFound)
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
pub async fn record_email(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::record_email(id, bureau.me.fuseau, &mut fields)?;
    bureau.create(&job).await
}

/// `POST /api/clients/{id}/notes`
pub async fn record_note(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::record_note(id, &mut fields)?;
    bureau.create(&job).await
}

/// `POST /api/clients/{id}/portail`
pub async fn generate_portail(bureau: Bureau, Id(client_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.create(&GeneratePortail { client_id }).await
}

/// `DELETE /api/clients/{id}/portail`
pub async fn revoke_portail(bureau: Bureau, Id(client_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&RevokePortail { client_id }).await
}
