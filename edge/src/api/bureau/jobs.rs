//! `/api/jobs`

use axum::extract::State;
use axum::response::Response;
use common::job::JobId;

use crate::api::ecriture;
use crate::app::App;
use crate::demande::Demande;
use crate::lecteur::Lecteur;
use crate::probleme::Erreur;
use crate::session::{Id, Utilisateur};

/// `GET /api/jobs/{id}`
pub async fn show(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    lecteur: Lecteur,
    demande: Demande,
) -> Result<Response, Erreur> {
    ecriture::show_job(&app, &lecteur, &moi.actor(), &demande, JobId(id)).await
}
