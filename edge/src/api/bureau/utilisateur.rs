//! `/api/utilisateur`, `/api/sessions`

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use common::jobs::UpdateLogo;

use super::Bureau;
use crate::app::App;
use crate::commands;
use crate::connexion;
use crate::fields::{Fields, NoFields};
use crate::problem::AppError;
use crate::queries::utilisateur::{self, Profil};
use crate::session::{Appareil, Cookie, SessionView, Utilisateur, open_sessions};

/// `GET /api/utilisateur`
pub async fn show(State(app): State<App>, me: Utilisateur) -> Result<Json<Profil>, AppError> {
    Ok(Json(utilisateur::profil(&app.pool, me.id).await?))
}

/// `PATCH /api/utilisateur`
pub async fn update(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_utilisateur(&mut fields)?;
    bureau.update(&job).await
}

/// `PUT /api/utilisateur/logo`: the picture as the body, under its own type.
pub async fn update_logo(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_logo(&mut fields)?;
    bureau.update(&job).await
}

/// `DELETE /api/utilisateur/logo`
pub async fn remove_logo(bureau: Bureau, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&UpdateLogo { logo: None }).await
}

/// `POST /api/utilisateur/mot-de-passe`: waits for its job, and gives the caller a new session.
pub async fn update_mot_de_passe(
    State(app): State<App>,
    me: Utilisateur,
    cookie: Cookie,
    appareil: Appareil,
    mut fields: Fields,
) -> Result<impl IntoResponse, AppError> {
    let session = connexion::change_password(&app, &me, cookie, &appareil, &mut fields).await?;
    Ok((session, StatusCode::NO_CONTENT))
}

/// `GET /api/sessions`
pub async fn sessions(State(app): State<App>, me: Utilisateur) -> Result<Json<Vec<SessionView>>, AppError> {
    Ok(Json(open_sessions(&app, &me).await?))
}

/// `DELETE /api/sessions/{id}`: ends one.
pub async fn close_session(
    State(app): State<App>,
    me: Utilisateur,
    id: Result<Path<String>, PathRejection>,
    _: NoFields,
) -> Result<StatusCode, AppError> {
    // A path that is not even text is no session's either.
    let Path(id) = id.map_err(|_| AppError::NotFound)?;
    connexion::close_sessions(&app, &me, Some(&id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/sessions`: ends all but the caller's.
pub async fn close_sessions(
    State(app): State<App>,
    me: Utilisateur,
    _: NoFields,
) -> Result<StatusCode, AppError> {
    connexion::close_sessions(&app, &me, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
