//! `/api/connexion`, `/api/deconnexion`: answered at once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::app::App;
use crate::connexion;
use crate::fields::{Fields, NoFields};
use crate::limits::Address;
use crate::problem::AppError;
use crate::session::{self, Appareil, Cookie};

/// `POST /api/connexion`
pub async fn sign_in(
    State(app): State<App>,
    address: Address,
    cookie: Cookie,
    appareil: Appareil,
    mut fields: Fields,
) -> Result<impl IntoResponse, AppError> {
    let session = connexion::sign_in(&app, address, cookie, &appareil, &mut fields).await?;
    Ok((session, StatusCode::NO_CONTENT))
}

/// `POST /api/deconnexion`
pub async fn sign_out(
    State(app): State<App>,
    cookie: Cookie,
    _: NoFields,
) -> Result<impl IntoResponse, AppError> {
    let session = session::close(&app, cookie).await?;
    Ok((session, StatusCode::NO_CONTENT))
}
