//! The freelancer's pages.

pub mod clients;
pub mod connexion;
pub mod evenements;
pub mod export;
pub mod installation;
pub mod jobs;
pub mod operations;
pub mod opportunites;
pub mod oubli;
pub mod recherche;
pub mod reglages;
pub mod tableau;
pub mod tickets;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use minijinja::{Value, context};

use super::form::{Forms, or_again};
use super::page_context;
use super::params::Params;
use super::submission::{Destination, Sender, done};
use super::{html, wants_json};
use crate::app::App;
use crate::fields::Fields;
use crate::ownership::Targets;
use crate::problem::AppError;
use crate::queries;
use crate::queries::utilisateur::Instance;
use crate::reader::{Entete, Reader};
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
    entete: Entete,
    json: bool,
}

impl FromRequestParts<App> for Bureau {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let me = Utilisateur::from_request_parts(parts, app).await?;
        let Ok(params) = Params::from_request_parts(parts, app).await;
        let instance = queries::utilisateur::instance(&app.pool).await?;
        let entete = Entete {
            nom: me.nom.clone(),
            stripe_livemode: instance.stripe_livemode,
            administrateur: me.administrateur,
        };
        Reader::find(&parts.extensions).note_entete(entete.clone());
        Ok(Self {
            app: app.clone(),
            cadre: Cadre { langue: me.langue, fuseau: me.fuseau, maintenant: app.now() },
            me,
            params,
            instance,
            entete,
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
        let (pool, me) = (&self.app.pool, self.me.id);
        let (a_faire, non_lus) = tokio::try_join!(
            queries::tableau::nombre_a_faire(pool, me, self.cadre.aujourdhui()),
            queries::ticket::non_lus(pool, me),
        )?;
        let entete = &self.entete;
        let bureau = context! { aFaire => a_faire, ticketsNonLus => non_lus, ..page_context!(@ entete) };
        let fait = done(&self.app, &self.me.actor(), &self.params).await?;
        html(template, &self.cadre, status, context! { bureau, rubrique, fait, ..context })
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

    /// Queues what a form asks for; shows the page again if its sender can mend what was refused.
    async fn submit<J: Targets>(
        &self,
        form: &'static str,
        job: Result<J, AppError>,
        fields: &Fields,
        destination: Destination,
        page: impl AsyncFnOnce(StatusCode, Forms) -> Result<Response, AppError>,
    ) -> Result<Response, AppError> {
        let sent = match job {
            Ok(job) => self.sender().send(&self.app, fields.key(), &job, destination).await,
            Err(error) => Err(error),
        };
        or_again(sent, form, fields, self.cadre.langue, page).await
    }
}
