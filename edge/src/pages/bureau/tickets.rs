//! `/tickets`

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::StatutTicket;
use uuid::Uuid;

use super::Bureau;
use crate::champs::Champs;
use crate::commandes;
use crate::pages::contexte;
use crate::pages::envoi::Vers;
use crate::pages::formulaire::{Formulaires, Saisie, saisie};
use crate::probleme::Erreur;
use crate::queries::PAR_PAGE;
use crate::queries::ticket;
use crate::session::Id;

/// `GET /tickets?statut=&q=&apres=`
pub async fn list(bureau: Bureau) -> Result<Response, Erreur> {
    let params = &bureau.params;
    let filtre = ticket::Filtre {
        recherche: params.get("q").map(str::to_owned),
        client_id: params.parse("client"),
        statut_ticket: params.parse("statut"),
    };
    let page =
        ticket::list(&bureau.app.pool, bureau.moi.id, &filtre, params.parse("apres"), PAR_PAGE).await?;
    let contexte = contexte! {
        page,
        filtre => contexte! {
            statut => filtre.statut_ticket.map_or("", StatutTicket::as_str),
            recherche => filtre.recherche.unwrap_or_default(),
        },
        requete => params.query(&["statut", "q", "client"]),
    };
    bureau.page("tickets.html", "tickets", StatusCode::OK, contexte).await
}

/// `GET /tickets/{id}`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, Erreur> {
    page(&bureau, id, StatusCode::OK, Formulaires::default()).await
}

/// `POST /tickets/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::update_ticket(id, &mut champs);
    let envoi = bureau.send(job, &champs, Vers::Page(format!("/tickets/{id}"))).await;
    let page = async |statut, formulaires| page(&bureau, id, statut, formulaires).await;
    bureau.or_again(envoi, "modifier", &champs, page).await
}

/// `POST /tickets/{id}/messages`
pub async fn reply(bureau: Bureau, Id(id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::reply_ticket(id, &mut champs);
    let envoi = bureau.send(job, &champs, Vers::Page(format!("/tickets/{id}"))).await;
    let page = async |statut, formulaires| page(&bureau, id, statut, formulaires).await;
    bureau.or_again(envoi, "reponse", &champs, page).await
}

async fn page(
    bureau: &Bureau,
    id: Uuid,
    statut: StatusCode,
    formulaires: Formulaires,
) -> Result<Response, Erreur> {
    let ticket = ticket::find(&bureau.app.pool, bureau.moi.id, id).await?.ok_or(Erreur::Introuvable)?;
    let etat = saisie([
        ("statutTicket", Some(ticket.statut_ticket.to_string())),
        ("typeTicket", Some(ticket.type_ticket.to_string())),
    ]);
    let contexte = contexte! {
        fReponse => formulaires.get("reponse", Saisie::new()),
        fModifier => formulaires.get("modifier", etat),
        ticket,
    };
    bureau.page("tickets/id.html", "tickets", statut, contexte).await
}
