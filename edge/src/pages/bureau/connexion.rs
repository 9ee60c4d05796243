//! `/connexion` and `/deconnexion`: answered at once, no jobs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::connexion;
use crate::fields::Fields;
use crate::limits::Address;
use crate::pages::form::{Forms, Values};
use crate::pages::page_context;
use crate::pages::params::Params;
use crate::pages::{html, unsigned};
use crate::problem::AppError;
use crate::queries;
use crate::reader::Reader;
use crate::session::{self, Appareil, Cookie, relative_next};

/// `GET /connexion?next=`
pub async fn show(State(app): State<App>, reader: Reader, params: Params) -> Result<Response, AppError> {
    let next = params.get("next").and_then(relative_next);
    let avis = params.get("avis").filter(|avis| ["CreateUtilisateur", "ResetMotDePasse"].contains(avis));
    page(&app, &reader, StatusCode::OK, next, avis, &Forms::default()).await
}

/// `POST /connexion`
pub async fn sign_in(
    State(app): State<App>,
    reader: Reader,
    address: Address,
    cookie: Cookie,
    appareil: Appareil,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let next = fields.optional_text("next", 500);
    let next = next.as_deref().and_then(relative_next);
    match connexion::sign_in(&app, address, cookie, &appareil, &mut fields).await {
        Ok(session) => Ok((session, Redirect::to(next.unwrap_or("/"))).into_response()),
        Err(error) if error.is_correctable() => {
            let forms = Forms::refused("connexion", &fields, &error, reader.langue());
            page(&app, &reader, error.status(), next, None, &forms).await
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
    avis: Option<&str>,
    forms: &Forms,
) -> Result<Response, AppError> {
    let instance = queries::utilisateur::instance(&app.pool).await?;
    let context = page_context! {
        f => forms.get("connexion", Values::new()),
        next,
        avis,
        stripeLivemode => instance.stripe_livemode,
    };
    html("connexion.html", &unsigned(app, reader), status, context)
}
