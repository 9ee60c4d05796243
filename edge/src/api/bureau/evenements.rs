//! `/api/evenements`: mails and notes that were pasted wrongly, news that was seen.

use axum::response::Response;
use common::jobs::{DeleteEvenement, ReadEvenement};

use super::Bureau;
use crate::commands;
use crate::fields::{Fields, NoFields};
use crate::problem::AppError;
use crate::session::Id;

/// `PATCH /api/evenements/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_evenement(id, bureau.me.fuseau, &mut fields)?;
    bureau.update(&job).await
}

/// `DELETE /api/evenements/{id}`
pub async fn delete(bureau: Bureau, Id(evenement_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&DeleteEvenement { evenement_id }).await
}

/// `POST /api/evenements/{id}/lecture`: it was seen, and the news before it about the same deal or ticket.
pub async fn read(bureau: Bureau, Id(evenement_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&ReadEvenement { evenement_id }).await
}
