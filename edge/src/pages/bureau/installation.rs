//! `/installation/{token}`: the first user signs up, once.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use common::domaine::StatutJob;
use common::jeton::Jeton;
use common::job::Actor;

use crate::app::App;
use crate::commands;
use crate::enqueue::enqueue;
use crate::fields::Fields;
use crate::limits::Address;
use crate::pages::form::{Forms, Values};
use crate::pages::html;
use crate::pages::page_context;
use crate::problem::AppError;
use crate::reader::Reader;
use crate::render::Cadre;
use crate::session::InstallationLien;
use crate::waiting;

/// How long the form waits for the account: nobody can ask after this job later.
const PATIENCE: Duration = Duration::from_secs(10);

/// `GET /installation/{token}`
pub async fn show(
    State(app): State<App>,
    InstallationLien(jeton): InstallationLien,
    reader: Reader,
) -> Result<Response, AppError> {
    page(&app, &reader, &jeton, StatusCode::OK, &Forms::default())
}

/// `POST /installation/{token}`
pub async fn create(
    State(app): State<App>,
    InstallationLien(jeton): InstallationLien,
    reader: Reader,
    address: Address,
    mut fields: Fields,
) -> Result<Response, AppError> {
    match sign_up(&app, address, &jeton, &mut fields).await {
        Ok(()) => Ok(Redirect::to("/connexion?cree=1").into_response()),
        Err(error) if error.is_correctable() => {
            let forms = Forms::refused("installation", &fields, &error, reader.langue());
            page(&app, &reader, &jeton, error.status(), &forms)
        }
        Err(error) => Err(error),
    }
}

async fn sign_up(app: &App, address: Address, jeton: &Jeton, fields: &mut Fields) -> Result<(), AppError> {
    let job = commands::create_utilisateur(app, address, jeton, fields).await?;
    let id = enqueue(app, &Actor::Systeme, fields.key(), &[], &job).await?;
    let Some(finished) = waiting::wait(app, &Actor::Systeme, id, PATIENCE).await else {
        return Err(AppError::Unavailable(anyhow::anyhow!("the first account is not made yet")));
    };
    match (finished.statut, finished.erreur) {
        (StatutJob::Termine, _) => Ok(()),
        (StatutJob::Rejete, Some(refus)) => Err(AppError::JobRejected(id, refus)),
        _ => Err(AppError::JobFailed(id)),
    }
}

fn page(
    app: &App,
    reader: &Reader,
    jeton: &Jeton,
    status: StatusCode,
    forms: &Forms,
) -> Result<Response, AppError> {
    let cadre = Cadre { langue: reader.langue(), fuseau: chrono_tz::Europe::Paris, maintenant: app.now() };
    let context = page_context! {
        f => forms.get("installation", Values::new()),
        chemin => format!("/installation/{}", jeton.expose()),
    };
    html("installation.html", &cadre, status, context)
}
