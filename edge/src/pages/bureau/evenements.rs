//! `/evenements/{id}`: a mail or a note that was pasted wrongly.

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::TypeEvenement;
use common::jobs::DeleteEvenement;
use uuid::Uuid;

use super::Bureau;
use crate::champs::Champs;
use crate::commandes;
use crate::pages::contexte;
use crate::pages::envoi::Vers;
use crate::pages::formulaire::{Formulaires, Saisie, saisie};
use crate::probleme::Erreur;
use crate::queries::client;
use crate::queries::evenement::{self, Evenement};
use crate::rendu::Cadre;
use crate::session::Id;

/// `GET /evenements/{id}`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, Erreur> {
    page(&bureau, id, StatusCode::OK, Formulaires::default()).await
}

/// `POST /evenements/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::update_evenement(id, bureau.moi.fuseau, &mut champs);
    let client = job.as_ref().ok().and_then(|job| job.client_id);
    let vers = home(&bureau, id, client).await?;
    let envoi = bureau.send(job, &champs, vers).await;
    let page = async |statut, formulaires| page(&bureau, id, statut, formulaires).await;
    bureau.or_again(envoi, "f", &champs, page).await
}

/// `POST /evenements/{id}/supprimer`
pub async fn delete(bureau: Bureau, Id(evenement_id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = champs.fin(DeleteEvenement { evenement_id });
    let vers = home(&bureau, evenement_id, None).await?;
    let envoi = bureau.send(job, &champs, vers).await;
    let page = async |statut, formulaires| page(&bureau, evenement_id, statut, formulaires).await;
    bureau.or_again(envoi, "supprimer", &champs, page).await
}

/// The client on whose timeline it stands, or will; the list when it is gone already.
async fn home(bureau: &Bureau, id: Uuid, client: Option<Uuid>) -> Result<Vers, Erreur> {
    let client = match client {
        Some(client) => Some(client),
        None => {
            evenement::find(&bureau.app.pool, bureau.moi.id, id).await?.map(|evenement| evenement.client_id)
        }
    };
    Ok(Vers::Page(client.map_or_else(|| "/clients".into(), |client| format!("/clients/{client}#historique"))))
}

async fn page(
    bureau: &Bureau,
    id: Uuid,
    statut: StatusCode,
    formulaires: Formulaires,
) -> Result<Response, Erreur> {
    let (app, moi) = (&bureau.app, bureau.moi.id);
    let (evenement, clients) =
        tokio::try_join!(evenement::find(&app.pool, moi, id), client::choix(&app.pool, moi))?;
    let evenement = evenement.filter(Evenement::is_editable).ok_or(Erreur::Introuvable)?;
    let contexte = contexte! {
        client => contexte! { id => evenement.client_id, nom => evenement.client_nom },
        f => formulaires.get("f", fields(&evenement, &bureau.cadre)),
        fSupprimer => formulaires.get("supprimer", Saisie::new()),
        evenement,
        clients,
    };
    bureau.page("evenements/id.html", "clients", statut, contexte).await
}

fn fields(evenement: &Evenement, cadre: &Cadre) -> Saisie {
    let meta = |nom: &str| evenement.meta_json[nom].as_str().map(str::to_owned);
    let date = evenement.date_evenement.with_timezone(&cadre.fuseau);
    let texte = Some(evenement.description_texte.clone());
    let is_mail = evenement.type_evenement == TypeEvenement::EmailClient.as_str();
    saisie([
        ("expediteur", meta("expediteur")),
        ("sujet", meta("sujet")),
        (if is_mail { "corps" } else { "texte" }, texte),
        ("dateEvenement", Some(date.format("%Y-%m-%dT%H:%M").to_string())),
        ("clientId", Some(evenement.client_id.to_string())),
    ])
}
