//! `/evenements/{id}`: a mail or a note that was pasted wrongly.

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::TypeEvenement;
use common::jobs::{DeleteEvenement, ReadEvenement};
use uuid::Uuid;

use super::Bureau;
use crate::commands;
use crate::fields::Fields;
use crate::pages::form::{Forms, Values, values};
use crate::pages::page_context;
use crate::pages::submission::{Destination, retour};
use crate::problem::AppError;
use crate::queries::client;
use crate::queries::evenement::{self, Evenement};
use crate::render::Cadre;
use crate::session::Id;

/// `GET /evenements/{id}`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, AppError> {
    page(&bureau, id, StatusCode::OK, Forms::default()).await
}

/// `POST /evenements/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_evenement(id, bureau.me.fuseau, &mut fields);
    let client = job.as_ref().ok().and_then(|job| job.client_id);
    let destination = home(&bureau, id, client).await?;
    let page = async |status, forms| page(&bureau, id, status, forms).await;
    bureau.submit("f", job, &fields, destination, page).await
}

/// `POST /evenements/{id}/supprimer`
pub async fn delete(bureau: Bureau, Id(evenement_id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = fields.finish(DeleteEvenement { evenement_id });
    let destination = home(&bureau, evenement_id, None).await?;
    let page = async |status, forms| page(&bureau, evenement_id, status, forms).await;
    bureau.submit("supprimer", job, &fields, destination, page).await
}

/// `POST /evenements/{id}/lecture`: news about a deal or a ticket was seen, on the page that shows it.
pub async fn read(bureau: Bureau, Id(evenement_id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let retour = retour(&mut fields).unwrap_or_else(|| "/".into());
    let job = fields.finish(ReadEvenement { evenement_id });
    let page = async |_, _| Err(AppError::NotFound);
    bureau.submit("lecture", job, &fields, Destination::Page(retour), page).await
}

/// The client on whose timeline it stands, or will; the list when it is gone already.
async fn home(bureau: &Bureau, id: Uuid, client: Option<Uuid>) -> Result<Destination, AppError> {
    let client = match client {
        Some(client) => Some(client),
        None => {
            evenement::find(&bureau.app.pool, bureau.me.id, id).await?.map(|evenement| evenement.client_id)
        }
    };
    Ok(Destination::Page(
        client.map_or_else(|| "/clients".into(), |client| format!("/clients/{client}#historique")),
    ))
}

async fn page(bureau: &Bureau, id: Uuid, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    let (app, me) = (&bureau.app, bureau.me.id);
    let evenement = evenement::find(&app.pool, me, id).await?;
    let evenement = evenement.filter(Evenement::is_editable).ok_or(AppError::NotFound)?;
    let f = forms.get("f", fields(&evenement, &bureau.cadre));
    let clients = client::choices(&app.pool, me, f.client_id()).await?;
    let context = page_context! {
        client => page_context! { id => evenement.client_id, nom => evenement.client_nom },
        f,
        fSupprimer => forms.get("supprimer", Values::new()),
        evenement,
        clients,
    };
    bureau.page("evenements/id.html", "clients", status, context).await
}

fn fields(evenement: &Evenement, cadre: &Cadre) -> Values {
    let meta = |nom: &str| evenement.meta_json[nom].as_str().map(str::to_owned);
    let date = evenement.date_evenement.with_timezone(&cadre.fuseau);
    let text = Some(evenement.description_texte.clone());
    let is_mail = evenement.type_evenement == TypeEvenement::EmailClient.as_str();
    values([
        ("expediteur", meta("expediteur")),
        ("sujet", meta("sujet")),
        (if is_mail { "corps" } else { "texte" }, text),
        ("dateEvenement", Some(date.format("%Y-%m-%dT%H:%M").to_string())),
        ("clientId", Some(evenement.client_id.to_string())),
    ])
}
