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
use crate::champs::Champs;
use crate::commandes;
use crate::limites::{self, Adresse, Regle};
use crate::pages::contexte;
use crate::pages::envoi::{Attendu, Vers};
use crate::pages::formulaire::{Formulaires, Saisie};
use crate::pages::params::Params;
use crate::pages::wants_json;
use crate::probleme::Erreur;
use crate::queries::portail::{self, DemandePage, PrestationPage};
use crate::queries::{evenement, ticket};
use crate::rendu::Cadre;
use crate::session::{Id, PortailClient};

/// Lines of « Derniers échanges ».
const ACTIVITE: i64 = 8;

/// A client at their portal.
pub struct Portail {
    public: Public,
    client: PortailClient,
}

impl FromRequestParts<App> for Portail {
    type Rejection = Erreur;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Erreur> {
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
            chemin: client.chemin(),
            freelance_nom: client.acces.freelance_nom.clone(),
            stripe_livemode: client.acces.stripe_livemode,
            actor: client.actor(),
            json: wants_json(&parts.headers),
        };
        Ok(Self { public, client })
    }
}

/// `GET /portail/{token}?langue=`
pub async fn show(portail: Portail) -> Result<Response, Erreur> {
    page(&portail, StatusCode::OK, Formulaires::default()).await
}

/// `POST /portail/{token}/tickets`: « Créer un ticket ».
pub async fn create_ticket(
    portail: Portail,
    adresse: Adresse,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::create_ticket_portail(portail.client.acces.client_id, &mut champs);
    let envoi = send(&portail, adresse, job, &champs, Vers::Cree).await;
    let page = async |statut, formulaires| page(&portail, statut, formulaires).await;
    portail.public.or_again(envoi, "ticket", &champs, page).await
}

/// `GET /portail/{token}/tickets/{id}`
pub async fn show_ticket(portail: Portail, Id(id): Id) -> Result<Response, Erreur> {
    ticket_page(&portail, id, StatusCode::OK, Formulaires::default()).await
}

/// `POST /portail/{token}/tickets/{id}/messages`
pub async fn reply(
    portail: Portail,
    Id(id): Id,
    adresse: Adresse,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = commandes::reply_ticket(id, &mut champs);
    let vers = Vers::Page(ticket_path(&portail, id));
    let envoi = send(&portail, adresse, job, &champs, vers).await;
    let page = async |statut, formulaires| ticket_page(&portail, id, statut, formulaires).await;
    portail.public.or_again(envoi, "reponse", &champs, page).await
}

/// `GET /portail/{token}/jobs/{id}?suite=`: waits for what a form asked for, then leads to it.
pub async fn show_job(portail: Portail, Id(id): Id) -> Result<Response, Erreur> {
    let public = &portail.public;
    let phrase = |erreur: &Erreur| public.phrase(erreur);
    let suite = public.params.get("suite");
    let attendu = public.expediteur().await_page(&public.app, JobId(id), suite, phrase).await?;
    let (etat, erreur, retour) = match attendu {
        Attendu::Reponse(reponse) => return Ok(reponse),
        Attendu::Page { etat, erreur, retour } => (etat, erreur, retour),
    };
    let chemin = format!("{}/jobs/{id}", public.chemin);
    let contexte = contexte! {
        etat,
        erreur => erreur.as_ref().map(phrase),
        retour,
        ici => format!("{chemin}?{}", public.params.query(&["suite", "langue"])),
    };
    public.page("portail/jobs/id.html", &chemin, StatusCode::OK, contexte).await
}

async fn send<J: crate::cible::Vise>(
    portail: &Portail,
    adresse: Adresse,
    job: Result<J, Erreur>,
    champs: &Champs,
    vers: Vers,
) -> Result<Response, Erreur> {
    let (app, client_id) = (&portail.public.app, portail.client.acces.client_id);
    let job = job?;
    limites::compter(app, &[Regle::TicketClient(client_id), Regle::TicketAdresse(adresse)]).await?;
    portail.public.expediteur().send(app, champs.cle(), &job, vers).await
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

async fn page(portail: &Portail, statut: StatusCode, formulaires: Formulaires) -> Result<Response, Erreur> {
    let (public, acces) = (&portail.public, &portail.client.acces);
    let pool = &public.app.pool;
    let (mut contenu, activite) = tokio::try_join!(
        portail::contenu(pool, acces.client_id, &public.app.liens),
        evenement::of_portail(pool, acces.client_id, ACTIVITE),
    )?;
    // What is to be paid first, stands first; the rest newest first, as it was read.
    contenu.opportunites.sort_by_key(due_order);
    let contexte = contexte! {
        clientNom => acces.client_nom,
        prochain => Prochain::of(&contenu),
        opportunites => contenu.opportunites,
        tickets => contenu.tickets,
        activite,
        f => formulaires.get("ticket", Saisie::new()),
        chemin => public.chemin,
    };
    public.page("portail.html", &public.chemin, statut, contexte).await
}

fn ticket_path(portail: &Portail, id: Uuid) -> String {
    format!("{}/tickets/{id}", portail.public.chemin)
}

async fn ticket_page(
    portail: &Portail,
    id: Uuid,
    statut: StatusCode,
    formulaires: Formulaires,
) -> Result<Response, Erreur> {
    let public = &portail.public;
    let ticket = ticket::find_of_client(&public.app.pool, portail.client.acces.client_id, id)
        .await?
        .ok_or(Erreur::Introuvable)?;
    let chemin = ticket_path(portail, id);
    let contexte = contexte! {
        ticket,
        f => formulaires.get("reponse", Saisie::new()),
        retour => public.chemin,
        chemin,
    };
    public.page("portail/tickets/id.html", &chemin, statut, contexte).await
}
