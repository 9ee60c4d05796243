//! `/api/paiements`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::ecriture::write;
use crate::app::App;
use crate::champs::Champs;
use crate::commandes;
use crate::demande::Demande;
use crate::probleme::Erreur;
use crate::session::Utilisateur;

/// `POST /api/paiements/stripe/session`
pub async fn create_session(
    State(app): State<App>,
    moi: Utilisateur,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::create_checkout_session(&mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::CREATED).await
}
