//! `/installation/{token}`: the first user signs up, once.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use common::domaine::StatutJob;
use common::jeton::{INSTALLATION_BYTES, Jeton};
use common::job::Actor;

use crate::app::App;
use crate::attente;
use crate::champs::Champs;
use crate::commandes;
use crate::enqueue::enqueue;
use crate::lecteur::Lecteur;
use crate::limites::{self, Adresse, Regle};
use crate::pages::contexte;
use crate::pages::formulaire::{Formulaires, Saisie};
use crate::pages::html;
use crate::probleme::Erreur;
use crate::queries;
use crate::rendu::Cadre;

/// How long the form waits for the account: nobody can ask after this job later.
const PATIENCE: Duration = Duration::from_secs(10);

/// `GET /installation/{token}`
pub async fn show(
    State(app): State<App>,
    Path(token): Path<String>,
    lecteur: Lecteur,
    adresse: Adresse,
) -> Result<Response, Erreur> {
    limites::verifier(&app, Regle::LienMort(adresse)).await?;
    let jeton = Jeton::parse(&token, INSTALLATION_BYTES).ok_or(Erreur::LienMort)?;
    if !queries::utilisateur::installation_is_open(&app.pool, &jeton.hash()).await? {
        limites::noter(&app, Regle::LienMort(adresse)).await;
        return Err(Erreur::LienMort);
    }
    page(&app, &lecteur, &jeton, StatusCode::OK, &Formulaires::default())
}

/// `POST /installation/{token}`
pub async fn create(
    State(app): State<App>,
    Path(token): Path<String>,
    lecteur: Lecteur,
    adresse: Adresse,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let jeton = Jeton::parse(&token, INSTALLATION_BYTES).ok_or(Erreur::LienMort)?;
    match sign_up(&app, adresse, &jeton, &mut champs).await {
        Ok(()) => Ok(Redirect::to("/connexion?cree=1").into_response()),
        Err(erreur) if erreur.est_corrigible() => {
            let formulaires = Formulaires::refused("installation", &champs, &erreur, lecteur.langue());
            page(&app, &lecteur, &jeton, erreur.status(), &formulaires)
        }
        Err(erreur) => Err(erreur),
    }
}

async fn sign_up(app: &App, adresse: Adresse, jeton: &Jeton, champs: &mut Champs) -> Result<(), Erreur> {
    let job = commandes::create_utilisateur(app, adresse, jeton, champs).await?;
    let id = enqueue(app, &Actor::Systeme, champs.cle(), &job).await?;
    let Some(fini) = attente::attendre(app, &Actor::Systeme, id, PATIENCE).await else {
        return Err(Erreur::Indisponible(anyhow::anyhow!("the first account is not made yet")));
    };
    match (fini.statut, fini.erreur) {
        (StatutJob::Termine, _) => Ok(()),
        (StatutJob::Rejete, Some(refus)) => Err(Erreur::JobRejete(id, refus)),
        _ => Err(Erreur::JobEchoue(id)),
    }
}

fn page(
    app: &App,
    lecteur: &Lecteur,
    jeton: &Jeton,
    statut: StatusCode,
    formulaires: &Formulaires,
) -> Result<Response, Erreur> {
    let cadre = Cadre { langue: lecteur.langue(), fuseau: chrono_tz::Europe::Paris, maintenant: app.now() };
    let contexte = contexte! {
        f => formulaires.get("installation", Saisie::new()),
        chemin => format!("/installation/{}", jeton.expose()),
    };
    html("installation.html", &cadre, statut, contexte)
}
