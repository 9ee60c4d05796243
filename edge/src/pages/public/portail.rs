//! `/portail/{token}`: all that a client and their freelancer do together.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use chrono::NaiveDate;
use common::domaine::{Auteur, StatutTicket};
use common::job::JobId;
use serde::Serialize;
use uuid::Uuid;

use super::Public;
use crate::app::App;
use crate::commands;
use crate::fields::Fields;
use crate::limits::{Address, Rule};
use crate::pages::form::{Forms, Values, or_again};
use crate::pages::page_context;
use crate::pages::params::Params;
use crate::pages::submission::{Destination, JobPage, Sender};
use crate::pages::wants_json;
use crate::problem::AppError;
use crate::queries::portail::{self, DemandePage, PrestationPage};
use crate::queries::{evenement, ticket};
use crate::render::Cadre;
use crate::session::{Id, PortailClient};

/// Lines of « Derniers échanges ».
const ACTIVITE: i64 = 8;

/// A client at their portal.
pub struct Portail {
    public: Public,
    client: PortailClient,
}

impl FromRequestParts<App> for Portail {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let client = PortailClient::from_request_parts(parts, app).await?;
        let Ok(params) = Params::from_request_parts(parts, app).await;
        let public = Public {
            app: app.clone(),
            cadre: Cadre {
                langue: Public::langue(&params, client.acces.langue),
                fuseau: client.fuseau(),
                maintenant: app.now(),
            },
            params,
            path: client.path(),
            freelance_nom: client.acces.freelance_nom.clone(),
            couleur: client.acces.couleur.clone(),
            logo: client.acces.logo.clone(),
            stripe_livemode: client.acces.stripe_livemode,
            actor: client.actor(),
            json: wants_json(&parts.headers),
        };
        Ok(Self { public, client })
    }
}

impl Portail {
    fn sender(&self) -> Sender {
        Sender { lien: Some(self.client.jeton.clone()), ..self.public.sender() }
    }
}

/// `GET /portail/{token}?langue=`
pub async fn show(portail: Portail) -> Result<Response, AppError> {
    page(&portail, StatusCode::OK, Forms::default()).await
}

/// `POST /portail/{token}/tickets`: « Créer un ticket ».
pub async fn create_ticket(
    portail: Portail,
    address: Address,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::create_ticket_of(portail.client.acces.client_id, &mut fields);
    let sent = send(&portail, address, job, &fields, Destination::Created).await;
    let page = async |status, forms| page(&portail, status, forms).await;
    or_again(sent, "ticket", &fields, portail.public.cadre.langue, page).await
}

/// `GET /portail/{token}/tickets/{id}`
pub async fn show_ticket(portail: Portail, Id(id): Id) -> Result<Response, AppError> {
    ticket_page(&portail, id, StatusCode::OK, Forms::default()).await
}

/// `POST /portail/{token}/tickets/{id}/messages`
pub async fn reply(
    portail: Portail,
    Id(id): Id,
    address: Address,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = commands::reply_ticket(id, &mut fields);
    let destination = Destination::Page(ticket_path(&portail, id));
    let sent = send(&portail, address, job, &fields, destination).await;
    let page = async |status, forms| ticket_page(&portail, id, status, forms).await;
    or_again(sent, "reponse", &fields, portail.public.cadre.langue, page).await
}

/// `GET /portail/{token}/jobs/{id}?suite=`: waits for what a form asked for, then leads to it.
pub async fn show_job(portail: Portail, Id(id): Id) -> Result<Response, AppError> {
    let public = &portail.public;
    let phrase = |error: &AppError| public.phrase(error);
    let suite = public.params.get("suite");
    let shown = portail.sender().await_page(&public.app, JobId(id), suite, phrase).await?;
    let (state, error, retour) = match shown {
        JobPage::Answer(response) => return Ok(response),
        JobPage::Page { state, error, retour, .. } => (state, error, retour),
    };
    let path = format!("{}/jobs/{id}", public.path);
    let (etat, status) = JobPage::said(state);
    let context = page_context! {
        etat,
        erreur => error.as_ref().map(phrase),
        retour,
        ici => format!("{path}?{}", public.params.query(&["suite", "langue"])),
    };
    public.page("portail/jobs/id.html", &path, status, context).await
}

async fn send<J: crate::ownership::Targets>(
    portail: &Portail,
    address: Address,
    job: Result<J, AppError>,
    fields: &Fields,
    destination: Destination,
) -> Result<Response, AppError> {
    let (app, client_id) = (&portail.public.app, portail.client.acces.client_id);
    let rules = vec![Rule::TicketByClient(client_id), Rule::TicketByAddress(address)];
    let sender = Sender { rules, ..portail.sender() };
    sender.send(app, fields.key(), &job?, destination).await
}

/// The one thing that the page asks of the client.
#[derive(Serialize)]
#[serde(tag = "genre", rename_all = "lowercase")]
enum Prochain<'a> {
    /// What is due first: the overdue before the dated before the rest.
    Payer { opportunite: &'a PrestationPage },
    /// What the freelancer answered last.
    Repondre { ticket: &'a DemandePage },
    /// Nothing.
    Rien,
}

/// The overdue and the dated before the undated, what can be paid before what cannot.
fn due_order(it: &PrestationPage) -> (bool, bool, Option<NaiveDate>) {
    let echeance = it.contrat.echeance.filter(|_| it.payable);
    (!it.payable, echeance.is_none(), echeance)
}

impl<'a> Prochain<'a> {
    /// `contenu` stands in [`due_order`].
    fn of(contenu: &'a portail::Contenu) -> Self {
        if let Some(opportunite) = contenu.opportunites.iter().find(|it| it.payable) {
            return Self::Payer { opportunite };
        }
        let mut answered = contenu.tickets.iter().filter(|it| {
            it.dernier_auteur == Auteur::Utilisateur && it.contrat.statut_ticket != StatutTicket::Resolu
        });
        answered.next().map_or(Self::Rien, |ticket| Self::Repondre { ticket })
    }
}

async fn page(portail: &Portail, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    let (public, acces) = (&portail.public, &portail.client.acces);
    let pool = &public.app.pool;
    let (mut contenu, activite) = tokio::try_join!(
        portail::contenu(pool, acces.client_id, &public.app.liens),
        evenement::of_portail(pool, acces.client_id, ACTIVITE),
    )?;
    // What is to be paid first, stands first; the rest newest first, as it was read.
    contenu.opportunites.sort_by_key(due_order);
    let context = page_context! {
        clientNom => acces.client_nom,
        prochain => Prochain::of(&contenu),
        opportunites => contenu.opportunites,
        tickets => contenu.tickets,
        activite,
        f => forms.get("ticket", Values::new()),
        chemin => public.path,
    };
    public.page("portail.html", &public.path, status, context).await
}

fn ticket_path(portail: &Portail, id: Uuid) -> String {
    format!("{}/tickets/{id}", portail.public.path)
}

async fn ticket_page(
    portail: &Portail,
    id: Uuid,
    status: StatusCode,
    forms: Forms,
) -> Result<Response, AppError> {
    let public = &portail.public;
    let ticket = ticket::find_of_client(&public.app.pool, portail.client.acces.client_id, id)
        .await?
        .ok_or(AppError::NotFound)?;
    let path = ticket_path(portail, id);
    let context = page_context! {
        ticket,
        f => forms.get("reponse", Values::new()),
        retour => public.path,
        chemin => path,
    };
    public.page("portail/tickets/id.html", &path, status, context).await
}
