//! `/api/evenements`: mails and notes that were pasted wrongly.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use common::jobs::DeleteEvenement;

use crate::api::ecriture::write;
use crate::app::App;
use crate::champs::Champs;
use crate::commandes;
use crate::demande::Demande;
use crate::probleme::Erreur;
use crate::session::{Id, Utilisateur};

/// `PATCH /api/evenements/{id}`
pub async fn update(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::update_evenement(id, moi.fuseau, &mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::OK).await
}

/// `DELETE /api/evenements/{id}`
pub async fn delete(
    State(app): State<App>,
    moi: Utilisateur,
    Id(evenement_id): Id,
    demande: Demande,
) -> Result<Response, Erreur> {
    write(&app, &moi, &demande, &DeleteEvenement { evenement_id }, StatusCode::OK).await
}
