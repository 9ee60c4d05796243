//! What the signed-in freelancer may call.

pub mod clients;
pub mod connexion;
pub mod evenements;
pub mod jobs;
pub mod list;
pub mod operations;
pub mod opportunites;
pub mod paiements;
pub mod recherche;
pub mod tickets;
pub mod utilisateur;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use crate::api::write::write;
use crate::app::App;
use crate::job_options::JobOptions;
use crate::ownership::Targets;
use crate::problem::AppError;
use crate::session::Utilisateur;

/// The signed-in freelancer who asks for a write, and how it is to be done.
pub struct Bureau {
    /// Settings, connections and clock.
    app: App,
    /// Who it is.
    me: Utilisateur,
    /// Under which key, and whether they wait.
    options: JobOptions,
}

impl FromRequestParts<App> for Bureau {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let me = Utilisateur::from_request_parts(parts, app).await?;
        let options = JobOptions::from_request_parts(parts, app).await?;
        Ok(Self { app: app.clone(), me, options })
    }
}

impl Bureau {
    /// Queues a job that makes something: 201 for who waits.
    async fn create<J: Targets>(&self, job: &J) -> Result<Response, AppError> {
        write(&self.app, &self.me, &self.options, job, StatusCode::CREATED).await
    }

    /// Queues a job that changes or deletes something: 200 for who waits.
    async fn update<J: Targets>(&self, job: &J) -> Result<Response, AppError> {
        write(&self.app, &self.me, &self.options, job, StatusCode::OK).await
    }
}
