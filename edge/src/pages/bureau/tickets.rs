//! `/tickets`

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::StatutTicket;
use uuid::Uuid;

use super::Bureau;
use crate::commands;
use crate::fields::Fields;
use crate::pages::form::{Forms, Values, values};
use crate::pages::page_context;
use crate::pages::submission::Destination;
use crate::problem::AppError;
use crate::queries::PER_PAGE;
use crate::queries::{client, ticket};
use crate::session::Id;

/// What narrows the list to the tickets that wait for an answer, where a status may stand too.
const A_REPONDRE: &str = "a_repondre";

/// `GET /tickets?statut=&q=&client=&apres=&nouveau=`
pub async fn list(bureau: Bureau) -> Result<Response, AppError> {
    list_page(&bureau, StatusCode::OK, Forms::default()).await
}

/// `POST /tickets`
pub async fn create(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::create_ticket(&mut fields);
    let page = async |status, forms| list_page(&bureau, status, forms).await;
    bureau.submit("f", job, &fields, Destination::Created, page).await
}

async fn list_page(bureau: &Bureau, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    let (pool, me, params) = (&bureau.app.pool, bureau.me.id, &bureau.params);
    let filter = ticket::Filter {
        recherche: params.get("q").map(str::to_owned),
        client_id: params.parse("client"),
        statut_ticket: params.parse("statut"),
        a_repondre: params.get("statut") == Some(A_REPONDRE),
    };
    let page = ticket::list(pool, me, &filter, params.parse("apres"), PER_PAGE).await?;
    let ouvert = params.get("nouveau").is_some() || forms.is_refused("f");
    let f = forms.get("f", values([("clientId", filter.client_id.map(|id| id.to_string()))]));
    let clients = if ouvert { client::choices(pool, me, f.client_id()).await? } else { Vec::new() };
    let client = match filter.client_id {
        Some(id) => client::find(pool, me, id, &bureau.app.liens).await?,
        None => None,
    };
    let context = page_context! {
        client,
        page,
        filtre => page_context! {
            statut => if filter.a_repondre { A_REPONDRE } else { filter.statut_ticket.map_or("", StatutTicket::as_str) },
            recherche => filter.recherche.unwrap_or_default(),
        },
        garde => params.query(&["q", "client"]),
        requete => params.query(&["statut", "q", "client"]),
        clients,
        ouvert,
        f,
    };
    bureau.page("tickets.html", "tickets", status, context).await
}

/// `GET /tickets/{id}`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, AppError> {
    page(&bureau, id, StatusCode::OK, Forms::default()).await
}

/// `POST /tickets/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_ticket(id, &mut fields);
    let page = async |status, forms| page(&bureau, id, status, forms).await;
    bureau.submit("modifier", job, &fields, Destination::Page(format!("/tickets/{id}")), page).await
}

/// `POST /tickets/{id}/messages`
pub async fn reply(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::reply_ticket(id, &mut fields);
    let page = async |status, forms| page(&bureau, id, status, forms).await;
    bureau.submit("reponse", job, &fields, Destination::Page(format!("/tickets/{id}")), page).await
}

async fn page(bureau: &Bureau, id: Uuid, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    let ticket = ticket::find(&bureau.app.pool, bureau.me.id, id).await?.ok_or(AppError::NotFound)?;
    let state = values([
        ("statutTicket", Some(ticket.statut_ticket.to_string())),
        ("typeTicket", Some(ticket.type_ticket.to_string())),
    ]);
    let context = page_context! {
        fReponse => forms.get("reponse", Values::new()),
        fModifier => forms.get("modifier", state),
        ticket,
    };
    bureau.page("tickets/id.html", "tickets", status, context).await
}
