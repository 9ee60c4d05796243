//! `/mot-de-passe-oublie`, and `/mot-de-passe/{token}` that the mail leads to.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use common::job::Actor;

use crate::app::App;
use crate::commands;
use crate::enqueue::enqueue;
use crate::fields::Fields;
use crate::limits::Address;
use crate::pages::form::{Forms, Values};
use crate::pages::page_context;
use crate::pages::params::Params;
use crate::pages::submission::finish;
use crate::pages::{html, unsigned};
use crate::problem::AppError;
use crate::queries;
use crate::reader::Reader;
use crate::session::OubliLien;

/// `GET /mot-de-passe-oublie?envoye=`
pub async fn show(State(app): State<App>, reader: Reader, params: Params) -> Result<Response, AppError> {
    let envoye = params.get("envoye").is_some();
    page(&app, &reader, StatusCode::OK, envoye, &Forms::default()).await
}

/// `POST /mot-de-passe-oublie`. Whether there is such an account is the worker's to know: the answer is the same,
/// as soon as the queue has it.
pub async fn forget(
    State(app): State<App>,
    reader: Reader,
    address: Address,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let sent = match commands::forget_mot_de_passe(&app, address, &mut fields).await {
        Ok(job) => enqueue(&app, &Actor::Systeme, fields.key(), &[], &job).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(_) => Ok(Redirect::to("/mot-de-passe-oublie?envoye=1").into_response()),
        Err(error) if error.is_correctable() => {
            let forms = Forms::refused("oubli", &fields, &error, reader.langue());
            page(&app, &reader, error.status(), false, &forms).await
        }
        Err(error) => Err(error),
    }
}

async fn page(
    app: &App,
    reader: &Reader,
    status: StatusCode,
    envoye: bool,
    forms: &Forms,
) -> Result<Response, AppError> {
    let instance = queries::utilisateur::instance(&app.pool).await?;
    let context = page_context! { f => forms.get("oubli", Values::new()), envoye, smtp => instance.smtp };
    html("mot-de-passe-oublie.html", &unsigned(app, reader), status, context)
}

/// `GET /mot-de-passe/{token}`
pub async fn show_reset(
    State(app): State<App>,
    lien: OubliLien,
    reader: Reader,
) -> Result<Response, AppError> {
    reset_page(&app, &reader, &lien, StatusCode::OK, &Forms::default())
}

/// `POST /mot-de-passe/{token}`: the new password, which ends all sessions.
pub async fn reset(
    State(app): State<App>,
    lien: OubliLien,
    reader: Reader,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let done = match commands::reset_mot_de_passe(&app, &lien.jeton, &mut fields).await {
        Ok(job) => finish(&app, &Actor::Systeme, fields.key(), &job).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/connexion?avis=ResetMotDePasse").into_response()),
        Err(error) if error.is_correctable() => {
            let forms = Forms::refused("nouveau", &fields, &error, reader.langue());
            reset_page(&app, &reader, &lien, error.status(), &forms)
        }
        Err(error) => Err(error),
    }
}

fn reset_page(
    app: &App,
    reader: &Reader,
    lien: &OubliLien,
    status: StatusCode,
    forms: &Forms,
) -> Result<Response, AppError> {
    let context = page_context! {
        f => forms.get("nouveau", Values::new()),
        email => lien.email,
        chemin => format!("/mot-de-passe/{}", lien.jeton.expose()),
    };
    html("mot-de-passe.html", &unsigned(app, reader), status, context)
}
