//! `/api/tickets`

use axum::Json;
use axum::extract::State;
use axum::response::Response;

use super::Bureau;
use super::list::Slice;
use crate::app::App;
use crate::commands::{self, LINE_MAX};
use crate::fields::{Fields, Query};
use crate::problem::AppError;
use crate::queries::Page;
use crate::queries::ticket::{self, Filter, Ticket};
use crate::session::{Id, Utilisateur};

/// `GET /api/tickets?recherche=&clientId=&statutTicket=`: first where something happened last
pub async fn list(
    State(app): State<App>,
    me: Utilisateur,
    Query(mut fields): Query,
) -> Result<Json<Page<Ticket>>, AppError> {
    let filter = Filter {
        recherche: fields.optional_text("recherche", LINE_MAX),
        client_id: fields.optional_uuid("clientId"),
        statut_ticket: fields.optional_choice("statutTicket"),
        a_repondre: false,
    };
    let slice = Slice::of(&mut fields);
    let Slice { after, limit } = fields.finish(slice)?;
    Ok(Json(ticket::list(&app.pool, me.id, &filter, after, limit).await?))
}

/// `POST /api/tickets`
pub async fn create(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::create_ticket(&mut fields)?;
    bureau.create(&job).await
}

/// `GET /api/tickets/{id}`, with its thread
pub async fn show(State(app): State<App>, me: Utilisateur, Id(id): Id) -> Result<Json<Ticket>, AppError> {
    ticket::find(&app.pool, me.id, id).await?.map(Json).ok_or(AppError::NotFound)
}

/// `PATCH /api/tickets/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_ticket(id, &mut fields)?;
    bureau.update(&job).await
}

/// `POST /api/tickets/{id}/messages`
pub async fn reply(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::reply_ticket(id, &mut fields)?;
    bureau.create(&job).await
}
