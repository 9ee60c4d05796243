//! `/api/utilisateur`, `/api/sessions`, `/api/utilisateur/jetons`

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use common::jobs::{RevokeJetonApi, UpdateLogo};
use serde_json::json;

use super::Bureau;
use crate::api::write::accepted;
use crate::app::App;
use crate::commands;
use crate::connexion;
use crate::fields::{Fields, NoFields};
use crate::jetons;
use crate::problem::AppError;
use crate::queries::jeton_api::{self, JetonApi};
use crate::queries::utilisateur::{self, Profil};
use crate::session::{Appareil, Cookie, Id, SessionView, SignedIn, Utilisateur, open_sessions};

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
    SignedIn(me): SignedIn,
    cookie: Cookie,
    appareil: Appareil,
    mut fields: Fields,
) -> Result<impl IntoResponse, AppError> {
    let session = connexion::change_password(&app, &me, cookie, &appareil, &mut fields).await?;
    Ok((session, StatusCode::NO_CONTENT))
}

/// `GET /api/sessions`
pub async fn sessions(
    State(app): State<App>,
    SignedIn(me): SignedIn,
) -> Result<Json<Vec<SessionView>>, AppError> {
    Ok(Json(open_sessions(&app, &me).await?))
}

/// `DELETE /api/sessions/{id}`: ends one.
pub async fn close_session(
    State(app): State<App>,
    SignedIn(me): SignedIn,
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
    SignedIn(me): SignedIn,
    _: NoFields,
) -> Result<StatusCode, AppError> {
    connexion::close_sessions(&app, &me, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/utilisateur/jetons`
pub async fn jetons(State(app): State<App>, SignedIn(me): SignedIn) -> Result<Json<Vec<JetonApi>>, AppError> {
    Ok(Json(jeton_api::list(&app.pool, me.id).await?))
}

/// `POST /api/utilisateur/jetons` `{ nom, motDePasseActuel }`: shows the token this once. 202 with its job's address; 201
/// for who waits.
pub async fn create_jeton(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    bureau.me.check_signed_in()?;
    let Bureau { app, me, options } = &bureau;
    let patience = options.wait.unwrap_or_default();
    let nouveau = jetons::create(app, me, options.key.as_deref(), patience, &mut fields).await?;
    let mut response = if nouveau.id.is_some() {
        (StatusCode::CREATED, Json(nouveau)).into_response()
    } else {
        accepted(&me.into(), nouveau.job, json!({ "nom": nouveau.nom, "jeton": nouveau.jeton }))
    };
    response.headers_mut().extend(options.applied());
    Ok(response)
}

/// `DELETE /api/utilisateur/jetons/{id}`: the token is dead with the commit.
pub async fn revoke_jeton(bureau: Bureau, Id(jeton_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.me.check_signed_in()?;
    bureau.update(&RevokeJetonApi { jeton_id }).await
}
