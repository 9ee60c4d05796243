//! `/clients`

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use common::domaine::TypeEvenement;
use common::jobs::{DeleteClient, GeneratePortail, RevokePortail};
use serde::Serialize;
use uuid::Uuid;

use super::Bureau;
use crate::champs::Champs;
use crate::commandes;
use crate::pages::contexte;
use crate::pages::envoi::Vers;
use crate::pages::formulaire::{Formulaires, Saisie, saisie};
use crate::probleme::Erreur;
use crate::queries::client::{self, Client};
use crate::queries::evenement::{self, Evenement};
use crate::queries::{PAR_PAGE, opportunite};
use crate::rendu::Cadre;
use crate::rendu::format::debut;
use crate::session::Id;

/// Deals that a client's page shows.
const OPPORTUNITES: i64 = 20;

/// `GET /clients?q=&apres=&nouveau=`
pub async fn list(bureau: Bureau) -> Result<Response, Erreur> {
    list_page(&bureau, StatusCode::OK, Formulaires::default()).await
}

/// `POST /clients`
pub async fn create(bureau: Bureau, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::create_client(&mut champs);
    let envoi = bureau.send(job, &champs, Vers::Cree).await;
    let page = async |statut, formulaires| list_page(&bureau, statut, formulaires).await;
    bureau.or_again(envoi, "nouveau", &champs, page).await
}

async fn list_page(
    bureau: &Bureau,
    statut: StatusCode,
    formulaires: Formulaires,
) -> Result<Response, Erreur> {
    let (app, params) = (&bureau.app, &bureau.params);
    let recherche = params.get("q");
    let apres = params.parse("apres");
    let page = client::list(&app.pool, bureau.moi.id, recherche, apres, PAR_PAGE, &app.liens).await?;
    let contexte = contexte! {
        page,
        recherche => recherche.unwrap_or_default(),
        f => formulaires.get("nouveau", Saisie::new()),
        ouvert => params.get("nouveau").is_some() || formulaires.is_refused("nouveau"),
    };
    bureau.page("clients.html", "clients", statut, contexte).await
}

/// `GET /clients/{id}?onglet=&filtre=&apres=&modifier=`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, Erreur> {
    page(&bureau, id, StatusCode::OK, Formulaires::default()).await
}

/// `POST /clients/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::update_client(id, &mut champs);
    let envoi = bureau.send(job, &champs, Vers::Page(path(id))).await;
    again(&bureau, id, envoi, "modifier", &champs).await
}

/// `POST /clients/{id}/supprimer`
pub async fn delete(bureau: Bureau, Id(client_id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = champs.fin(DeleteClient { client_id });
    let envoi = bureau.send(job, &champs, Vers::Page("/clients".into())).await;
    again(&bureau, client_id, envoi, "supprimer", &champs).await
}

/// `POST /clients/{id}/portail`
pub async fn generate_portail(
    bureau: Bureau,
    Id(client_id): Id,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = champs.fin(GeneratePortail { client_id });
    let envoi = bureau.send(job, &champs, Vers::Page(path(client_id))).await;
    again(&bureau, client_id, envoi, "portail", &champs).await
}

/// `POST /clients/{id}/portail/revoquer`
pub async fn revoke_portail(
    bureau: Bureau,
    Id(client_id): Id,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = champs.fin(RevokePortail { client_id });
    let envoi = bureau.send(job, &champs, Vers::Page(path(client_id))).await;
    again(&bureau, client_id, envoi, "portail", &champs).await
}

/// `POST /clients/{id}/emails`
pub async fn record_email(bureau: Bureau, Id(id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::record_email(id, bureau.moi.fuseau, &mut champs);
    let envoi = bureau.send(job, &champs, Vers::Page(path(id))).await;
    again(&bureau, id, envoi, "email", &champs).await
}

/// `POST /clients/{id}/notes`
pub async fn record_note(bureau: Bureau, Id(id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::record_note(id, &mut champs);
    let vers = Vers::Page(format!("{}?onglet=note", path(id)));
    let envoi = bureau.send(job, &champs, vers).await;
    again(&bureau, id, envoi, "note", &champs).await
}

/// `POST /clients/{id}/tickets`
pub async fn create_ticket(bureau: Bureau, Id(id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::create_ticket_portail(id, &mut champs);
    let envoi = bureau.send(job, &champs, Vers::Cree).await;
    again(&bureau, id, envoi, "ticket", &champs).await
}

fn path(id: Uuid) -> String {
    format!("/clients/{id}")
}

async fn again(
    bureau: &Bureau,
    id: Uuid,
    envoi: Result<Response, Erreur>,
    formulaire: &'static str,
    champs: &Champs,
) -> Result<Response, Erreur> {
    let page = async |statut, formulaires| page(bureau, id, statut, formulaires).await;
    bureau.or_again(envoi, formulaire, champs, page).await
}

async fn page(
    bureau: &Bureau,
    id: Uuid,
    statut: StatusCode,
    formulaires: Formulaires,
) -> Result<Response, Erreur> {
    let (app, cadre, params, moi) = (&bureau.app, &bureau.cadre, &bureau.params, bureau.moi.id);
    let aujourdhui = cadre.aujourdhui();
    let annee = debut(NaiveDate::from_ymd_opt(aujourdhui.year(), 1, 1).unwrap_or(aujourdhui), cadre.fuseau);
    let filtre = Filtre::of(params.get("filtre").unwrap_or_default());
    let du_client = opportunite::Filtre { client_id: Some(id), ..Default::default() };
    let (client, faits, opportunites, historique) = tokio::try_join!(
        client::find(&app.pool, moi, id, &app.liens),
        client::faits(&app.pool, moi, id, aujourdhui, annee),
        opportunite::list(&app.pool, moi, &du_client, None, OPPORTUNITES, &app.liens),
        evenement::timeline(&app.pool, moi, id, filtre.types, params.parse("apres"), PAR_PAGE),
    )?;
    let client = client.ok_or(Erreur::Introuvable)?;
    let onglet = ["email", "note", "ticket"]
        .into_iter()
        .find(|nom| formulaires.is_refused(nom) || params.get("onglet") == Some(nom))
        .unwrap_or("email");
    let contexte = contexte! {
        faits,
        opportunites,
        jours => by_day(historique.elements, cadre),
        suivant => historique.suivant,
        filtre => filtre.nom,
        onglet,
        modifier => params.get("modifier").is_some() || formulaires.is_refused("modifier"),
        fEmail => formulaires.get("email", saisie([("expediteur", client.email.clone())])),
        fNote => formulaires.get("note", Saisie::new()),
        fTicket => formulaires.get("ticket", Saisie::new()),
        fPortail => formulaires.get("portail", Saisie::new()),
        fSupprimer => formulaires.get("supprimer", Saisie::new()),
        fModifier => formulaires.get("modifier", card(&client)),
        client,
    };
    bureau.page("clients/id.html", "clients", statut, contexte).await
}

fn card(client: &Client) -> Saisie {
    saisie([
        ("nom", Some(client.nom.clone())),
        ("email", client.email.clone()),
        ("type", Some(client.r#type.to_string())),
        ("langue", Some(client.langue.to_string())),
    ])
}

/// What a timeline is narrowed to.
struct Filtre {
    nom: &'static str,
    types: Option<&'static [TypeEvenement]>,
}

impl Filtre {
    fn of(nom: &str) -> Self {
        use TypeEvenement as T;
        let (nom, types): (_, Option<&[T]>) = match nom {
            "emails" => ("emails", Some(&[T::EmailClient])),
            "paiements" => (
                "paiements",
                Some(&[
                    T::PaiementRecu,
                    T::PaiementLance,
                    T::PaiementEchoue,
                    T::PaiementRembourse,
                    T::PaiementConteste,
                    T::LitigeGagne,
                    T::LitigePerdu,
                    T::PaiementNonConforme,
                    T::LienPaiementGenere,
                ]),
            ),
            "tickets" => ("tickets", Some(&[T::TicketCree, T::TicketReponse, T::TicketResolu])),
            "notes" => ("notes", Some(&[T::Note])),
            "etapes" => ("etapes", Some(&[T::EtapeChangee, T::MontantChange])),
            _ => ("tout", None),
        };
        Self { nom, types }
    }
}

/// A day of a timeline.
#[derive(Debug, Serialize)]
struct Jour {
    date: NaiveDate,
    evenements: Vec<Evenement>,
}

/// Cuts a timeline into the reader's days.
fn by_day(evenements: Vec<Evenement>, cadre: &Cadre) -> Vec<Jour> {
    let mut jours: Vec<Jour> = Vec::new();
    for evenement in evenements {
        let date = evenement.date_evenement.with_timezone(&cadre.fuseau).date_naive();
        match jours.last_mut() {
            Some(jour) if jour.date == date => jour.evenements.push(evenement),
            _ => jours.push(Jour { date, evenements: vec![evenement] }),
        }
    }
    jours
}
