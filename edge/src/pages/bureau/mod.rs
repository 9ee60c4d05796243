//! The freelancer's pages.

pub mod clients;
pub mod connexion;
pub mod evenements;
pub mod installation;
pub mod jobs;
pub mod opportunites;
pub mod tableau;
pub mod tickets;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use common::domaine::StatutJob;
use common::job::JobId;
use minijinja::{Value, context};
use uuid::Uuid;

use super::contexte;
use super::envoi::{Expediteur, Vers};
use super::formulaire::Formulaires;
use super::params::Params;
use super::{html, wants_json};
use crate::app::App;
use crate::champs::Champs;
use crate::cible::Vise;
use crate::probleme::Erreur;
use crate::queries;
use crate::rendu::Cadre;
use crate::session::Utilisateur;

/// The signed-in freelancer at one of their pages.
#[derive(Clone)]
pub struct Bureau {
    /// Settings, connections and clock.
    pub app: App,
    /// Who it is.
    pub moi: Utilisateur,
    /// How they read.
    pub cadre: Cadre,
    /// The query string.
    pub params: Params,
    /// The Stripe key's mode; none: payments are not configured.
    stripe_livemode: Option<bool>,
    json: bool,
}

impl FromRequestParts<App> for Bureau {
    type Rejection = Erreur;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Erreur> {
        let moi = Utilisateur::from_request_parts(parts, app).await?;
        let Ok(params) = Params::from_request_parts(parts, app).await;
        let instance = queries::utilisateur::instance(&app.pool).await?;
        Ok(Self {
            app: app.clone(),
            cadre: Cadre { langue: moi.langue, fuseau: moi.fuseau, maintenant: app.now() },
            moi,
            params,
            stripe_livemode: instance.stripe_livemode,
            json: wants_json(&parts.headers),
        })
    }
}

impl Bureau {
    /// Renders one of the pages under its heading of the navigation.
    async fn page(
        &self,
        template: &str,
        rubrique: &str,
        statut: StatusCode,
        contexte: Value,
    ) -> Result<Response, Erreur> {
        let bureau = contexte! { nom => self.moi.nom, stripeLivemode => self.stripe_livemode };
        let fait = self.done().await?;
        html(template, &self.cadre, statut, context! { bureau, rubrique, fait, ..contexte })
    }

    /// What was just done, if the address says so and it is true.
    async fn done(&self) -> Result<Option<String>, Erreur> {
        let Some(id) = self.params.parse::<Uuid>("fait") else {
            return Ok(None);
        };
        let job = queries::job::find(&self.app.pool, &self.moi.actor(), JobId(id)).await?;
        Ok(job.filter(|job| job.statut == StatutJob::Termine).map(|job| job.r#type))
    }

    fn expediteur(&self) -> Expediteur {
        Expediteur { actor: self.moi.actor(), racine: String::new(), langue: String::new(), json: self.json }
    }

    /// Queues what a form asks for.
    async fn send<J: Vise>(
        &self,
        job: Result<J, Erreur>,
        champs: &Champs,
        vers: Vers,
    ) -> Result<Response, Erreur> {
        self.expediteur().send(&self.app, champs.cle(), &job?, vers).await
    }

    /// The answer to a form, or the page again if its sender can mend what was refused.
    async fn or_again(
        &self,
        envoi: Result<Response, Erreur>,
        formulaire: &'static str,
        champs: &Champs,
        page: impl AsyncFnOnce(StatusCode, Formulaires) -> Result<Response, Erreur>,
    ) -> Result<Response, Erreur> {
        match envoi {
            Err(erreur) if erreur.est_corrigible() && erreur.status() != StatusCode::NOT_FOUND => {
                let formulaires = Formulaires::refused(formulaire, champs, &erreur, self.cadre.langue);
                page(erreur.status(), formulaires).await
            }
            envoi => envoi,
        }
    }
}
