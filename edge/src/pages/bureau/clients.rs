//! `/clients`

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use common::domaine::TypeEvenement;
use common::jobs::{DeleteClient, EraseClient, GeneratePortail, RevokePortail};
use serde::Serialize;
use uuid::Uuid;

use super::Bureau;
use crate::commands;
use crate::fields::Fields;
use crate::ownership::Targets;
use crate::pages::form::{Forms, Values, values};
use crate::pages::page_context;
use crate::pages::submission::Destination;
use crate::problem::AppError;
use crate::queries::client::{self, Client};
use crate::queries::evenement::{self, Evenement};
use crate::queries::{PER_PAGE, opportunite};
use crate::render::Cadre;
use crate::render::format::start_of_day;
use crate::session::Id;

/// Deals that a client's page shows.
const OPPORTUNITES: u16 = 20;

/// `GET /clients?q=&apres=&nouveau=`
pub async fn list(bureau: Bureau) -> Result<Response, AppError> {
    list_page(&bureau, StatusCode::OK, Forms::default()).await
}

/// `POST /clients`
pub async fn create(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::create_client(&mut fields);
    let page = async |status, forms| list_page(&bureau, status, forms).await;
    bureau.submit("nouveau", job, &fields, Destination::Created, page).await
}

async fn list_page(bureau: &Bureau, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    let (app, params) = (&bureau.app, &bureau.params);
    let recherche = params.get("q");
    let after = params.parse("apres");
    let page = client::list(&app.pool, bureau.me.id, recherche, after, PER_PAGE, &app.liens).await?;
    let etats = client::etats(&app.pool, bureau.me.id, &page, bureau.cadre.aujourdhui()).await?;
    let context = page_context! {
        page,
        etats,
        recherche => recherche.unwrap_or_default(),
        f => forms.get("nouveau", Values::new()),
        ouvert => params.get("nouveau").is_some() || forms.is_refused("nouveau"),
    };
    bureau.page("clients.html", "clients", status, context).await
}

/// `GET /clients/{id}?onglet=&filtre=&apres=&modifier=`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, AppError> {
    page(&bureau, id, StatusCode::OK, Forms::default()).await
}

/// `POST /clients/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_client(id, &mut fields);
    submit(&bureau, id, "modifier", job, &fields, Destination::Page(path(id))).await
}

/// `POST /clients/{id}/supprimer`
pub async fn delete(bureau: Bureau, Id(client_id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = fields.finish(DeleteClient { client_id });
    submit(&bureau, client_id, "supprimer", job, &fields, Destination::Page("/clients".into())).await
}

/// `GET /clients/{id}/effacer`: says what goes and what stays, and asks.
pub async fn show_erase(bureau: Bureau, Id(id): Id) -> Result<Response, AppError> {
    erase_page(&bureau, id, StatusCode::OK, Forms::default()).await
}

/// `POST /clients/{id}/effacer`
pub async fn erase(bureau: Bureau, Id(client_id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = fields.finish(EraseClient { client_id });
    let page = async |status, forms| erase_page(&bureau, client_id, status, forms).await;
    bureau.submit("effacer", job, &fields, Destination::Page(path(client_id)), page).await
}

async fn erase_page(
    bureau: &Bureau,
    id: Uuid,
    status: StatusCode,
    forms: Forms,
) -> Result<Response, AppError> {
    let client = client::find(&bureau.app.pool, bureau.me.id, id, &bureau.app.liens).await?;
    let client = client.filter(|client| client.date_effacement.is_none()).ok_or(AppError::NotFound)?;
    let context = page_context! { client, f => forms.get("effacer", Values::new()) };
    bureau.page("clients/effacer.html", "clients", status, context).await
}

/// `POST /clients/{id}/portail`
pub async fn generate_portail(
    bureau: Bureau,
    Id(client_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(GeneratePortail { client_id });
    submit(&bureau, client_id, "portail", job, &fields, Destination::Page(path(client_id))).await
}

/// `POST /clients/{id}/portail/revoquer`
pub async fn revoke_portail(
    bureau: Bureau,
    Id(client_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(RevokePortail { client_id });
    submit(&bureau, client_id, "portail", job, &fields, Destination::Page(path(client_id))).await
}

/// `POST /clients/{id}/emails`
pub async fn record_email(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::record_email(id, bureau.me.fuseau, &mut fields);
    submit(&bureau, id, "email", job, &fields, Destination::Page(path(id))).await
}

/// `POST /clients/{id}/notes`
pub async fn record_note(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::record_note(id, &mut fields);
    let destination = Destination::Page(format!("{}?onglet=note", path(id)));
    submit(&bureau, id, "note", job, &fields, destination).await
}

/// `POST /clients/{id}/tickets`
pub async fn create_ticket(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::create_ticket_of(id, &mut fields);
    submit(&bureau, id, "ticket", job, &fields, Destination::Created).await
}

fn path(id: Uuid) -> String {
    format!("/clients/{id}")
}

async fn submit<J: Targets>(
    bureau: &Bureau,
    id: Uuid,
    form: &'static str,
    job: Result<J, AppError>,
    fields: &Fields,
    destination: Destination,
) -> Result<Response, AppError> {
    let page = async |status, forms| page(bureau, id, status, forms).await;
    bureau.submit(form, job, fields, destination, page).await
}

async fn page(bureau: &Bureau, id: Uuid, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    let (app, cadre, params, me) = (&bureau.app, &bureau.cadre, &bureau.params, bureau.me.id);
    let today = cadre.aujourdhui();
    let year = start_of_day(NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today), cadre.fuseau);
    let filter = Filter::of(params.get("filtre").unwrap_or_default());
    let (client, faits, mut opportunites, history) = tokio::try_join!(
        client::find(&app.pool, me, id, &app.liens),
        client::faits(&app.pool, me, id, today, year),
        opportunite::of_client(&app.pool, me, id, today, i64::from(OPPORTUNITES) + 1, &app.liens),
        evenement::timeline(&app.pool, me, id, filter.types, params.parse("apres"), PER_PAGE),
    )?;
    let client = client.ok_or(AppError::NotFound)?;
    let plus_opportunites = opportunites.len() > usize::from(OPPORTUNITES);
    opportunites.truncate(usize::from(OPPORTUNITES));
    let onglet = ["email", "note", "ticket"]
        .into_iter()
        .find(|name| forms.is_refused(name) || params.get("onglet") == Some(name));
    let context = page_context! {
        faits,
        opportunites,
        plusOpportunites => plus_opportunites,
        jours => by_day(history.elements, cadre),
        suivant => history.suivant,
        filtre => filter.name,
        // Without one what is written into is folded, so that the history is seen at once.
        composer => onglet.is_some(),
        onglet => onglet.unwrap_or("email"),
        modifier => params.get("modifier").is_some() || forms.is_refused("modifier"),
        fEmail => forms.get("email", values([("expediteur", client.email.clone())])),
        fNote => forms.get("note", Values::new()),
        fTicket => forms.get("ticket", Values::new()),
        fPortail => forms.get("portail", Values::new()),
        fSupprimer => forms.get("supprimer", Values::new()),
        fModifier => forms.get("modifier", card(&client)),
        client,
    };
    bureau.page("clients/id.html", "clients", status, context).await
}

fn card(client: &Client) -> Values {
    values([
        ("nom", Some(client.nom.clone())),
        ("email", client.email.clone()),
        ("type", Some(client.r#type.to_string())),
        ("langue", Some(client.langue.to_string())),
    ])
}

/// What a timeline is narrowed to.
struct Filter {
    name: &'static str,
    types: Option<&'static [TypeEvenement]>,
}

impl Filter {
    fn of(name: &str) -> Self {
        use TypeEvenement as T;
        let (name, types): (_, Option<&[T]>) = match name {
            "emails" => ("emails", Some(&[T::EmailClient])),
            "paiements" => (
                "paiements",
                Some(&[
                    T::PaiementRecu,
                    T::PaiementLance,
                    T::PaiementEchoue,
                    T::PaiementRembourse,
                    T::RemboursementEchoue,
                    T::PaiementEnquete,
                    T::EnqueteClose,
                    T::PaiementConteste,
                    T::LitigeGagne,
                    T::LitigePerdu,
                    T::PaiementNonConforme,
                    T::PaiementEncaisse,
                    T::EncaissementAnnule,
                    T::TentativeRefusee,
                    T::LienPaiementGenere,
                    T::LienPaiementEnvoye,
                    T::LienPaiementAnnule,
                ]),
            ),
            "tickets" => ("tickets", Some(&[T::TicketCree, T::TicketReponse, T::TicketResolu])),
            "notes" => ("notes", Some(&[T::Note])),
            "etapes" => ("etapes", Some(&[T::EtapeChangee, T::MontantChange])),
            _ => ("tout", None),
        };
        Self { name, types }
    }
}

/// A day of a timeline.
#[derive(Debug, Serialize)]
struct Day {
    date: NaiveDate,
    evenements: Vec<Evenement>,
}

/// Cuts a timeline into the reader's days.
fn by_day(evenements: Vec<Evenement>, cadre: &Cadre) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for evenement in evenements {
        let date = evenement.date_evenement.with_timezone(&cadre.fuseau).date_naive();
        match days.last_mut() {
            Some(day) if day.date == date => day.evenements.push(evenement),
            _ => days.push(Day { date, evenements: vec![evenement] }),
        }
    }
    days
}
