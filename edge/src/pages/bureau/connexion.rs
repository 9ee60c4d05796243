//! `/connexion` and `/deconnexion`: answered at once, no jobs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::champs::Champs;
use crate::connexion;
use crate::lecteur::Lecteur;
use crate::limites::Adresse;
use crate::pages::contexte;
use crate::pages::formulaire::{Formulaires, Saisie};
use crate::pages::html;
use crate::pages::params::Params;
use crate::probleme::Erreur;
use crate::queries;
use crate::rendu::Cadre;
use crate::session::{self, Cookie, next_relatif};

/// `GET /connexion?next=`
pub async fn show(State(app): State<App>, lecteur: Lecteur, params: Params) -> Result<Response, Erreur> {
    let next = params.get("next").and_then(next_relatif);
    let cree = params.get("cree").is_some();
    page(&app, &lecteur, StatusCode::OK, next, cree, &Formulaires::default()).await
}

/// `POST /connexion`
pub async fn sign_in(
    State(app): State<App>,
    lecteur: Lecteur,
    adresse: Adresse,
    cookie: Cookie,
    mut champs: Champs,
) -> Result<Response, Erreur> {
    let next = champs.texte_optionnel("next", 500);
    let next = next.as_deref().and_then(next_relatif);
    match connexion::sign_in(&app, adresse, cookie, &mut champs).await {
        Ok(session) => Ok((session, Redirect::to(next.unwrap_or("/"))).into_response()),
        Err(erreur) if erreur.est_corrigible() => {
            let formulaires = Formulaires::refused("connexion", &champs, &erreur, lecteur.langue());
            page(&app, &lecteur, erreur.status(), next, false, &formulaires).await
        }
        Err(erreur) => Err(erreur),
    }
}

/// `POST /deconnexion`
pub async fn sign_out(State(app): State<App>, cookie: Cookie) -> Result<Response, Erreur> {
    let session = session::close(&app, cookie).await?;
    Ok((session, Redirect::to("/connexion")).into_response())
}

async fn page(
    app: &App,
    lecteur: &Lecteur,
    statut: StatusCode,
    next: Option<&str>,
    cree: bool,
    formulaires: &Formulaires,
) -> Result<Response, Erreur> {
    let cadre = Cadre { langue: lecteur.langue(), fuseau: chrono_tz::Europe::Paris, maintenant: app.now() };
    let instance = queries::utilisateur::instance(&app.pool).await?;
    let contexte = contexte! {
        f => formulaires.get("connexion", Saisie::new()),
        next,
        cree,
        stripeLivemode => instance.stripe_livemode,
    };
    html("connexion.html", &cadre, statut, contexte)
}
