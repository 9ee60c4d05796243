//! `/api/paiements`

use axum::response::Response;

use super::Bureau;
use crate::commands;
use crate::fields::Fields;
use crate::problem::AppError;

/// `POST /api/paiements/stripe/session`
pub async fn create_session(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::create_checkout_session(&mut fields)?;
    bureau.create(&job).await
}
