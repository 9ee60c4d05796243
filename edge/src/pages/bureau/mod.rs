//! The freelancer's pages.

pub mod clients;
pub mod connexion;
pub mod evenements;
pub mod installation;
pub mod jobs;
pub mod opportunites;
pub mod oubli;
pub mod reglages;
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

use super::form::Forms;
use super::page_context;
use super::params::Params;
use super::submission::{Destination, Sender};
use super::{html, wants_json};
use crate::app::App;
use crate::fields::Fields;
use crate::ownership::Targets;
use crate::problem::AppError;
use crate::queries;
use crate::queries::utilisateur::Instance;
use crate::render::Cadre;
use crate::session::Utilisateur;

/// The signed-in freelancer at one of their pages.
#[derive(Clone)]
pub struct Bureau {
    /// Settings, connections and clock.
    pub app: App,
    /// Who it is.
    pub me: Utilisateur,
    /// How they read.
    pub cadre: Cadre,
    /// The query string.
    pub params: Params,
    /// What the instance knows.
    instance: Instance,
    json: bool,
}

impl FromRequestParts<App> for Bureau {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let me = Utilisateur::from_request_parts(parts, app).await?;
        let Ok(params) = Params::from_request_parts(parts, app).await;
        let instance = queries::utilisateur::instance(&app.pool).await?;
        Ok(Self {
            app: app.clone(),
            cadre: Cadre { langue: me.langue, fuseau: me.fuseau, maintenant: app.now() },
            me,
            params,
            instance,
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
        status: StatusCode,
        context: Value,
    ) -> Result<Response, AppError> {
        let bureau = page_context! { nom => self.me.nom, stripeLivemode => self.instance.stripe_livemode };
        let fait = self.done().await?;
        html(template, &self.cadre, status, context! { bureau, rubrique, fait, ..context })
    }

    /// What was just done, if the address says so and it is true.
    async fn done(&self) -> Result<Option<String>, AppError> {
        let Some(id) = self.params.parse::<Uuid>("fait") else {
            return Ok(None);
        };
        let job = queries::job::find(&self.app.pool, &self.me.actor(), JobId(id)).await?;
        Ok(job.filter(|job| job.statut == StatutJob::Termine).map(|job| job.r#type))
    }

    fn sender(&self) -> Sender {
        Sender {
            actor: self.me.actor(),
            root: String::new(),
            langue: String::new(),
            json: self.json,
            lien: None,
            rules: Vec::new(),
        }
    }

    /// Queues what a form asks for.
    async fn send<J: Targets>(
        &self,
        job: Result<J, AppError>,
        fields: &Fields,
        destination: Destination,
    ) -> Result<Response, AppError> {
        self.sender().send(&self.app, fields.key(), &job?, destination).await
    }

    /// The answer to a form, or the page again if its sender can mend what was refused.
    async fn or_again(
        &self,
        sent: Result<Response, AppError>,
        form: &'static str,
        fields: &Fields,
        page: impl AsyncFnOnce(StatusCode, Forms) -> Result<Response, AppError>,
    ) -> Result<Response, AppError> {
        match sent {
            Err(error) if error.is_correctable() && error.status() != StatusCode::NOT_FOUND => {
                let forms = Forms::refused(form, fields, &error, self.cadre.langue);
                page(error.status(), forms).await
            }
            sent => sent,
        }
    }
}
