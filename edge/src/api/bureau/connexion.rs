//! `/api/connexion`, `/api/deconnexion`: answered at once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::app::App;
use crate::champs::Champs;
use crate::connexion;
use crate::limites::Adresse;
use crate::probleme::Erreur;
use crate::session::{self, Cookie};

/// `POST /api/connexion`
pub async fn sign_in(
    State(app): State<App>,
    adresse: Adresse,
    cookie: Cookie,
    mut champs: Champs,
) -> Result<impl IntoResponse, Erreur> {
    let session = connexion::sign_in(&app, adresse, cookie, &mut champs).await?;
    Ok((session, StatusCode::NO_CONTENT))
}

/// `POST /api/deconnexion`
pub async fn sign_out(State(app): State<App>, cookie: Cookie) -> Result<impl IntoResponse, Erreur> {
    let session = session::close(&app, cookie).await?;
    Ok((session, StatusCode::NO_CONTENT))
}
