//! `/api/clients`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use common::jobs::{DeleteClient, GeneratePortail, RevokePortail};

use super::liste::Tranche;
use crate::api::ecriture::write;
use crate::app::App;
use crate::champs::{Champs, Requete};
use crate::commandes::{self, LIGNE_MAX};
use crate::demande::Demande;
use crate::probleme::Erreur;
use crate::queries::Page;
use crate::queries::client::{self, Client};
use crate::queries::evenement::{self, Evenement};
use crate::session::{Id, Utilisateur};

/// `GET /api/clients?recherche=`
pub async fn list(
    State(app): State<App>,
    moi: Utilisateur,
    Requete(mut champs): Requete,
) -> Result<Json<Page<Client>>, Erreur> {
    let recherche = champs.texte_optionnel("recherche", LIGNE_MAX);
    let tranche = Tranche::of(&mut champs);
    let Tranche { apres, limite } = champs.fin(tranche)?;
    let page = client::list(&app.pool, moi.id, recherche.as_deref(), apres, limite, &app.liens).await?;
    Ok(Json(page))
}

/// `POST /api/clients`
pub async fn create(
    State(app): State<App>,
    moi: Utilisateur,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::create_client(&mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::CREATED).await
}

/// `GET /api/clients/{id}`
pub async fn show(State(app): State<App>, moi: Utilisateur, Id(id): Id) -> Result<Json<Client>, Erreur> {
    let client = client::find(&app.pool, moi.id, id, &app.liens).await?;
    client.map(Json).ok_or(Erreur::Introuvable)
}

/// `PATCH /api/clients/{id}`
pub async fn update(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::update_client(id, &mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::OK).await
}

/// `DELETE /api/clients/{id}`
pub async fn delete(
    State(app): State<App>,
    moi: Utilisateur,
    Id(client_id): Id,
    demande: Demande,
) -> Result<Response, Erreur> {
    write(&app, &moi, &demande, &DeleteClient { client_id }, StatusCode::OK).await
}

/// `GET /api/clients/{id}/timeline?typeEvenement=`
pub async fn timeline(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    Requete(mut champs): Requete,
) -> Result<Json<Page<Evenement>>, Erreur> {
    let types = champs.choix_optionnel("typeEvenement").map(|choix| [choix]);
    let tranche = Tranche::of(&mut champs);
    let Tranche { apres, limite } = champs.fin(tranche)?;
    client::find(&app.pool, moi.id, id, &app.liens).await?.ok_or(Erreur::Introuvable)?;
    let types = types.as_ref().map(<[_; 1]>::as_slice);
    Ok(Json(evenement::timeline(&app.pool, moi.id, id, types, apres, limite).await?))
}

/// `POST /api/clients/{id}/emails`
pub async fn record_email(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::record_email(id, moi.fuseau, &mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::CREATED).await
}

/// `POST /api/clients/{id}/notes`
pub async fn record_note(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::record_note(id, &mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::CREATED).await
}

/// `POST /api/clients/{id}/portail`
pub async fn generate_portail(
    State(app): State<App>,
    moi: Utilisateur,
    Id(client_id): Id,
    demande: Demande,
) -> Result<Response, Erreur> {
    write(&app, &moi, &demande, &GeneratePortail { client_id }, StatusCode::CREATED).await
}

/// `DELETE /api/clients/{id}/portail`
pub async fn revoke_portail(
    State(app): State<App>,
    moi: Utilisateur,
    Id(client_id): Id,
    demande: Demande,
) -> Result<Response, Erreur> {
    write(&app, &moi, &demande, &RevokePortail { client_id }, StatusCode::OK).await
}
