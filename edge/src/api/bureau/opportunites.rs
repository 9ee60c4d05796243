//! `/api/opportunites`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use common::jobs::{DeleteOpportunite, RefreshPayment};

use super::liste::Tranche;
use crate::api::ecriture::write;
use crate::app::App;
use crate::champs::{Champs, Requete};
use crate::commandes::{self, LIGNE_MAX};
use crate::demande::Demande;
use crate::probleme::Erreur;
use crate::queries::Page;
use crate::queries::opportunite::{self, Filtre, Opportunite};
use crate::session::{Id, Utilisateur};

/// `GET /api/opportunites?recherche=&clientId=&etapePipeline=&statutPaiement=&devise=`
pub async fn list(
    State(app): State<App>,
    moi: Utilisateur,
    Requete(mut champs): Requete,
) -> Result<Json<Page<Opportunite>>, Erreur> {
    let filtre = Filtre {
        recherche: champs.texte_optionnel("recherche", LIGNE_MAX),
        client_id: champs.uuid_optionnel("clientId"),
        etape_pipeline: champs.choix_optionnel("etapePipeline"),
        statut_paiement: champs.choix_optionnel("statutPaiement"),
        devise: champs.devise_optionnelle("devise"),
    };
    let tranche = Tranche::of(&mut champs);
    let Tranche { apres, limite } = champs.fin(tranche)?;
    Ok(Json(opportunite::list(&app.pool, moi.id, &filtre, apres, limite, &app.liens).await?))
}

/// `POST /api/opportunites`
pub async fn create(
    State(app): State<App>,
    moi: Utilisateur,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::create_opportunite(&mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::CREATED).await
}

/// `GET /api/opportunites/{id}`
pub async fn show(State(app): State<App>, moi: Utilisateur, Id(id): Id) -> Result<Json<Opportunite>, Erreur> {
    let opportunite = opportunite::find(&app.pool, moi.id, id, &app.liens).await?;
    opportunite.map(Json).ok_or(Erreur::Introuvable)
}

/// `PATCH /api/opportunites/{id}`
pub async fn update(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::update_opportunite(id, &mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::OK).await
}

/// `DELETE /api/opportunites/{id}`
pub async fn delete(
    State(app): State<App>,
    moi: Utilisateur,
    Id(opportunite_id): Id,
    demande: Demande,
) -> Result<Response, Erreur> {
    write(&app, &moi, &demande, &DeleteOpportunite { opportunite_id }, StatusCode::OK).await
}

/// `POST /api/opportunites/{id}/verification`: what does Stripe say of it?
pub async fn refresh(
    State(app): State<App>,
    moi: Utilisateur,
    Id(opportunite_id): Id,
    demande: Demande,
) -> Result<Response, Erreur> {
    write(&app, &moi, &demande, &RefreshPayment { opportunite_id }, StatusCode::OK).await
}
