//! `/connexion` and `/deconnexion`: answered at once, no jobs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::connexion;
use crate::fields::Fields;
use crate::limits::Address;
use crate::pages::form::{Forms, Values};
use crate::pages::html;
use crate::pages::page_context;
use crate::pages::params::Params;
use crate::problem::AppError;
use crate::queries;
use crate::reader::Reader;
use crate::render::Cadre;
use crate::session::{self, Cookie, relative_next};

/// `GET /connexion?next=`
pub async fn show(State(app): State<App>, reader: Reader, params: Params) -> Result<Response, AppError> {
    let next = params.get("next").and_then(relative_next);
    let cree = params.get("cree").is_some();
    page(&app, &reader, StatusCode::OK, next, cree, &Forms::default()).await
}

/// `POST /connexion`
pub async fn sign_in(
    State(app): State<App>,
    reader: Reader,
    address: Address,
    cookie: Cookie,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let next = fields.optional_text("next", 500);
    let next = next.as_deref().and_then(relative_next);
    match connexion::sign_in(&app, address, cookie, &mut fields).await {
        Ok(session) => Ok((session, Redirect::to(next.unwrap_or("/"))).into_response()),
        Err(error) if error.is_correctable() => {
            let forms = Forms::refused("connexion", &fields, &error, reader.langue());
            page(&app, &reader, error.status(), next, false, &forms).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /deconnexion`
pub async fn sign_out(State(app): State<App>, cookie: Cookie) -> Result<Response, AppError> {
    let session = session::close(&app, cookie).await?;
    Ok((session, Redirect::to("/connexion")).into_response())
}

async fn page(
    app: &App,
    reader: &Reader,
    status: StatusCode,
    next: Option<&str>,
    cree: bool,
    forms: &Forms,
) -> Result<Response, AppError> {
    let cadre = Cadre { langue: reader.langue(), fuseau: chrono_tz::Europe::Paris, maintenant: app.now() };
    let instance = queries::utilisateur::instance(&app.pool).await?;
    let context = page_context! {
        f => forms.get("connexion", Values::new()),
        next,
        cree,
        stripeLivemode => instance.stripe_livemode,
    };
    html("connexion.html", &cadre, status, context)
}
