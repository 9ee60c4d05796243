//! `/installation/{token}`: the first user signs up, once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use common::jeton::Jeton;
use common::job::Actor;

use crate::app::App;
use crate::commands;
use crate::fields::Fields;
use crate::limits::Address;
use crate::pages::form::{Forms, Values};
use crate::pages::page_context;
use crate::pages::submission::finish;
use crate::pages::{html, unsigned};
use crate::problem::AppError;
use crate::reader::Reader;
use crate::session::InstallationLien;

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
        Ok(()) => Ok(Redirect::to("/connexion?avis=CreateUtilisateur").into_response()),
        Err(error) if error.is_correctable() => {
            let forms = Forms::refused("installation", &fields, &error, reader.langue());
            page(&app, &reader, &jeton, error.status(), &forms)
        }
        Err(error) => Err(error),
    }
}

async fn sign_up(app: &App, address: Address, jeton: &Jeton, fields: &mut Fields) -> Result<(), AppError> {
    let job = commands::create_utilisateur(app, address, jeton, fields).await?;
    finish(app, &Actor::Systeme, fields.key(), &job).await
}

fn page(
    app: &App,
    reader: &Reader,
    jeton: &Jeton,
    status: StatusCode,
    forms: &Forms,
) -> Result<Response, AppError> {
    let context = page_context! {
        f => forms.get("installation", Values::new()),
        chemin => format!("/installation/{}", jeton.expose()),
    };
    html("installation.html", &unsigned(app, reader), status, context)
}
