//! `/api/portail/{token}`: what the portal's page shows and does, for programs. Knows no cookie.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use common::job::JobId;

use crate::api::write::{self, Requester, write};
use crate::app::App;
use crate::commands;
use crate::fields::Fields;
use crate::job_options::JobOptions;
use crate::limits::{Address, Rule};
use crate::problem::AppError;
use crate::queries::portail::{self, Portail};
use crate::reader::Reader;
use crate::session::{Id, PortailClient};

/// `GET /api/portail/{token}`
pub async fn show(State(app): State<App>, client: PortailClient) -> Result<Json<Portail>, AppError> {
    let acces = &client.acces;
    let contenu = portail::contenu(&app.pool, acces.client_id, &app.liens).await?;
    let logo = acces.logo.as_ref().map(|logo| app.public_url.page(&logo.chemin));
    Ok(Json(contenu.into_portail(acces, logo)))
}

/// `POST /api/portail/{token}/tickets`
pub async fn create_ticket(
    State(app): State<App>,
    client: PortailClient,
    address: Address,
    options: JobOptions,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let client_id = client.acces.client_id;
    let job = commands::create_ticket_of(client_id, &mut fields)?;
    let rules = [Rule::TicketByClient(client_id), Rule::TicketByAddress(address)];
    write(&app, Requester::from(&client).within(&rules), &options, &job, StatusCode::CREATED).await
}

/// `POST /api/portail/{token}/tickets/{id}/messages`
pub async fn reply_ticket(
    State(app): State<App>,
    client: PortailClient,
    Id(id): Id,
    address: Address,
    options: JobOptions,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::reply_ticket(id, &mut fields)?;
    let rules = [Rule::TicketByClient(client.acces.client_id), Rule::TicketByAddress(address)];
    write(&app, Requester::from(&client).within(&rules), &options, &job, StatusCode::CREATED).await
}

/// `GET /api/portail/{token}/jobs/{id}`
pub async fn show_job(
    State(app): State<App>,
    client: PortailClient,
    Id(id): Id,
    reader: Reader,
    options: JobOptions,
) -> Result<Response, AppError> {
    write::show_job(&app, &reader, &client, &options, JobId(id)).await
}
