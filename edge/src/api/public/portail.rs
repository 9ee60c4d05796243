//! `/api/portail/{token}`: what the portal's page shows and does, for programs. Knows no cookie.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use common::job::JobId;

use crate::api::ecriture::{self, write};
use crate::app::App;
use crate::champs::Champs;
use crate::commandes;
use crate::demande::Demande;
use crate::lecteur::Lecteur;
use crate::limites::{self, Adresse, Regle};
use crate::probleme::Erreur;
use crate::queries::portail::{self, Portail};
use crate::session::{Id, PortailClient};

/// `GET /api/portail/{token}`
pub async fn show(State(app): State<App>, client: PortailClient) -> Result<Json<Portail>, Erreur> {
    let contenu = portail::contenu(&app.pool, client.acces.client_id, &app.liens).await?;
    Ok(Json(contenu.into_portail(&client.acces)))
}

/// `POST /api/portail/{token}/tickets`
pub async fn create_ticket(
    State(app): State<App>,
    client: PortailClient,
    adresse: Adresse,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let client_id = client.acces.client_id;
    let job = commandes::create_ticket_portail(client_id, &mut champs)?;
    limites::compter(&app, &[Regle::TicketClient(client_id), Regle::TicketAdresse(adresse)]).await?;
    write(&app, &client, &demande, &job, StatusCode::CREATED).await
}

/// `POST /api/portail/{token}/tickets/{id}/messages`
pub async fn reply_ticket(
    State(app): State<App>,
    client: PortailClient,
    Id(id): Id,
    adresse: Adresse,
    demande: Demande,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::reply_ticket(id, &mut champs)?;
    limites::compter(&app, &[Regle::TicketClient(client.acces.client_id), Regle::TicketAdresse(adresse)])
        .await?;
    write(&app, &client, &demande, &job, StatusCode::CREATED).await
}

/// `GET /api/portail/{token}/jobs/{id}`
pub async fn show_job(
    State(app): State<App>,
    client: PortailClient,
    Id(id): Id,
    lecteur: Lecteur,
    demande: Demande,
) -> Result<Response, Erreur> {
    ecriture::show_job(&app, &lecteur, &client.actor(), &demande, JobId(id)).await
}
