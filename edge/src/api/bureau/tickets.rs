//! `/api/tickets`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::liste::Tranche;
use crate::api::ecriture::write;
use crate::app::App;
use crate::champs::{Champs, Requete};
use crate::commandes::{self, LIGNE_MAX};
use crate::demande::Demande;
use crate::probleme::Erreur;
use crate::queries::Page;
use crate::queries::ticket::{self, Filtre, Ticket};
use crate::session::{Id, Utilisateur};

/// `GET /api/tickets?recherche=&clientId=&statutTicket=`
pub async fn list(
    State(app): State<App>,
    moi: Utilisateur,
    Requete(mut champs): Requete,
) -> Result<Json<Page<Ticket>>, Erreur> {
    let filtre = Filtre {
        recherche: champs.texte_optionnel("recherche", LIGNE_MAX),
        client_id: champs.uuid_optionnel("clientId"),
        statut_ticket: champs.choix_optionnel("statutTicket"),
    };
    let tranche = Tranche::of(&mut champs);
    let Tranche { apres, limite } = champs.fin(tranche)?;
    Ok(Json(ticket::list(&app.pool, moi.id, &filtre, apres, limite).await?))
}

/// `POST /api/tickets`
pub async fn create(
    State(app): State<App>,
    moi: Utilisateur,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::create_ticket(&mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::CREATED).await
}

/// `GET /api/tickets/{id}`, with its thread
pub async fn show(State(app): State<App>, moi: Utilisateur, Id(id): Id) -> Result<Json<Ticket>, Erreur> {
    ticket::find(&app.pool, moi.id, id).await?.map(Json).ok_or(Erreur::Introuvable)
}

/// `PATCH /api/tickets/{id}`
pub async fn update(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::update_ticket(id, &mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::OK).await
}

/// `POST /api/tickets/{id}/messages`
pub async fn reply(
    State(app): State<App>,
    moi: Utilisateur,
    Id(id): Id,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::reply_ticket(id, &mut champs)?;
    write(&app, &moi, &demande, &job, StatusCode::CREATED).await
}
