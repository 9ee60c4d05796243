//! `/opportunites`

use std::collections::HashMap;

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::{EtapePipeline, StatutPaiement};
use common::jobs::{CreateCheckoutSession, DeleteOpportunite, RefreshPayment};
use common::montant::Devise;
use uuid::Uuid;

use super::Bureau;
use crate::champs::Champs;
use crate::commandes;
use crate::pages::contexte;
use crate::pages::envoi::Vers;
use crate::pages::formulaire::{Formulaires, Saisie, saisie};
use crate::probleme::Erreur;
use crate::queries::client::Client;
use crate::queries::opportunite::{self, Filtre, Opportunite};
use crate::queries::{PAR_PAGE, client, evenement, paiement};
use crate::rendu::{format, texte};
use crate::session::{Id, next_relatif};

/// Cards that a column of the board shows.
const PAR_COLONNE: i64 = 25;
/// Events that a deal's page shows.
const EVENEMENTS: i64 = 50;

/// `GET /opportunites?vue=&q=&etapePipeline=&statutPaiement=&devise=&client=&apres=&nouveau=`
pub async fn list(bureau: Bureau) -> Result<Response, Erreur> {
    list_page(&bureau, StatusCode::OK, Formulaires::default()).await
}

/// `POST /opportunites`
pub async fn create(bureau: Bureau, mut champs: Champs) -> Result<Response, Erreur> {
    let job = commandes::create_opportunite(&mut champs);
    let envoi = bureau.send(job, &champs, Vers::Cree).await;
    let page = async |statut, formulaires| list_page(&bureau, statut, formulaires).await;
    bureau.or_again(envoi, "f", &champs, page).await
}

async fn list_page(
    bureau: &Bureau,
    statut: StatusCode,
    formulaires: Formulaires,
) -> Result<Response, Erreur> {
    let (pool, liens, moi, params) = (&bureau.app.pool, &bureau.app.liens, bureau.moi.id, &bureau.params);
    let filtre = Filtre {
        recherche: params.get("q").map(str::to_owned),
        client_id: params.parse("client"),
        etape_pipeline: params.parse("etapePipeline"),
        statut_paiement: params.parse("statutPaiement"),
        devise: params.get("devise").and_then(|code| Devise::parse(code).ok()),
    };
    let en_liste = params.get("vue") == Some("liste");
    let (colonnes, page) = if en_liste {
        let apres = params.parse("apres");
        let page = opportunite::list(pool, moi, &filtre, apres, PAR_PAGE, liens).await?;
        (Vec::new(), Some(page))
    } else {
        let colonnes = opportunite::board(pool, moi, filtre.recherche.as_deref(), PAR_COLONNE, liens).await?;
        (colonnes, None)
    };
    let ouvert = params.get("nouveau").is_some() || formulaires.is_refused("f");
    let clients = if ouvert { client::choix(pool, moi).await? } else { Vec::new() };
    let nouvelle = saisie([
        ("clientId", filtre.client_id.map(|id| id.to_string())),
        ("devise", Some(Devise::EUR.to_string())),
    ]);
    let contexte = contexte! {
        vue => if en_liste { "liste" } else { "tableau" },
        colonnes,
        page,
        filtre => contexte! {
            recherche => filtre.recherche.as_deref().unwrap_or_default(),
            etape => filtre.etape_pipeline.map_or("", EtapePipeline::as_str),
            statut => filtre.statut_paiement.map_or("", StatutPaiement::as_str),
            devise => filtre.devise.map_or("", Devise::code),
        },
        requete => params.query(&["vue", "q", "etapePipeline", "statutPaiement", "devise", "client"]),
        clients,
        ouvert,
        f => formulaires.get("f", nouvelle),
        fDeplacer => formulaires.get("deplacer", Saisie::new()),
    };
    bureau.page("opportunites.html", "opportunites", statut, contexte).await
}

/// `GET /opportunites/{id}?modifier=`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, Erreur> {
    page(&bureau, id, StatusCode::OK, Formulaires::default()).await
}

/// `POST /opportunites/{id}`: its words and price, or its stage alone, from its page or from the board.
pub async fn update(bureau: Bureau, Id(id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let retour = champs.texte_optionnel("retour", 200);
    let retour = retour.as_deref().and_then(next_relatif);
    let vers = retour.map_or_else(|| path(id), str::to_owned);
    let formulaire = if champs.contient("titre") { "modifier" } else { "f" };
    let job = commandes::update_opportunite(id, &mut champs);
    let envoi = bureau.send(job, &champs, Vers::Page(vers)).await;
    again(&bureau, id, envoi, formulaire, &champs).await
}

/// `POST /opportunites/{id}/lien`: « Générer lien de paiement ».
pub async fn generate_link(
    bureau: Bureau,
    Id(opportunite_id): Id,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let job = champs.fin(CreateCheckoutSession { opportunite_id });
    let envoi = bureau.send(job, &champs, Vers::Page(path(opportunite_id))).await;
    again(&bureau, opportunite_id, envoi, "f", &champs).await
}

/// `POST /opportunites/{id}/verifier`: what does Stripe say of it?
pub async fn refresh(bureau: Bureau, Id(opportunite_id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = champs.fin(RefreshPayment { opportunite_id });
    let envoi = bureau.send(job, &champs, Vers::Page(path(opportunite_id))).await;
    again(&bureau, opportunite_id, envoi, "f", &champs).await
}

/// `POST /opportunites/{id}/supprimer`
pub async fn delete(bureau: Bureau, Id(opportunite_id): Id, mut champs: Champs) -> Result<Response, Erreur> {
    let job = champs.fin(DeleteOpportunite { opportunite_id });
    let envoi = bureau.send(job, &champs, Vers::Page("/opportunites".into())).await;
    again(&bureau, opportunite_id, envoi, "supprimer", &champs).await
}

fn path(id: Uuid) -> String {
    format!("/opportunites/{id}")
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
    let (pool, moi) = (&bureau.app.pool, bureau.moi.id);
    let (o, sessions, preuves, evenements) = tokio::try_join!(
        opportunite::find(pool, moi, id, &bureau.app.liens),
        paiement::sessions(pool, moi, id),
        paiement::preuves(pool, moi, id),
        evenement::of_reference(pool, moi, id, EVENEMENTS),
    )?;
    let o = o.ok_or(Erreur::Introuvable)?;
    let client = client::find(pool, moi, o.client_id, &bureau.app.liens).await?.ok_or(Erreur::Introuvable)?;
    let contexte = contexte! {
        message => message(&o, &client, &bureau.moi.nom),
        client,
        sessions,
        preuves,
        evenements,
        f => formulaires.get("f", Saisie::new()),
        fModifier => formulaires.get("modifier", card(&o)),
        fSupprimer => formulaires.get("supprimer", Saisie::new()),
        modifier => bureau.params.get("modifier").is_some() || formulaires.is_refused("modifier"),
        o,
    };
    bureau.page("opportunites/id.html", "opportunites", statut, contexte).await
}

fn card(o: &Opportunite) -> Saisie {
    saisie([
        ("titre", Some(o.titre.clone())),
        ("montantEstime", o.montant_estime.map(|montant| montant.to_string())),
        ("devise", Some(o.devise.to_string())),
        ("echeance", o.echeance.map(|jour| jour.to_string())),
    ])
}

/// A ready text to send with the link, in the client's language.
fn message(o: &Opportunite, client: &Client, nom: &str) -> Option<String> {
    let montant = format::write_montant(client.langue, o.montant_estime?, o.devise)?;
    let arguments = HashMap::from([
        ("titre".into(), o.titre.as_str().into()),
        ("montant".into(), montant.into()),
        ("lien".into(), o.lien_paiement.as_deref()?.into()),
        ("nom".into(), nom.into()),
    ]);
    texte::lookup(client.langue, "message-client", &arguments)
}
