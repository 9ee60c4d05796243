//! `/payer/{token}`: the durable payment link of one deal. GET changes nothing; POST goes to Stripe.

use std::time::Duration;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use common::domaine::StatutJob;
use common::jobs::{CreateCheckoutSession, RefreshPayment};
use serde_json::json;
use url::Url;

use super::Public;
use crate::app::App;
use crate::enqueue::enqueue;
use crate::fields::Fields;
use crate::limits::{self, Rule};
use crate::pages::form::{Forms, Values};
use crate::pages::page_context;
use crate::pages::params::Params;
use crate::pages::wants_json;
use crate::problem::AppError;
use crate::queries;
use crate::render::Cadre;
use crate::session::PayerLien;
use crate::waiting;

/// How long « Payer » waits for Stripe's page.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client at a payment link.
pub struct Payer {
    public: Public,
    lien: PayerLien,
}

impl FromRequestParts<App> for Payer {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let lien = PayerLien::from_request_parts(parts, app).await?;
        let Ok(params) = Params::from_request_parts(parts, app).await;
        let public = Public {
            app: app.clone(),
            cadre: Cadre {
                langue: Public::langue(&params, lien.payer.langue),
                fuseau: lien.fuseau(),
                maintenant: app.now(),
            },
            params,
            path: lien.path(),
            freelance_nom: lien.payer.freelance_nom.clone(),
            couleur: lien.payer.couleur.clone(),
            logo: lien.payer.logo.clone(),
            stripe_livemode: lien.payer.stripe_livemode,
            actor: lien.actor(),
            json: wants_json(&parts.headers),
        };
        Ok(Self { public, lien })
    }
}

/// `GET /payer/{token}?langue=&retour=&attente=`
pub async fn show(payer: Payer) -> Result<Response, AppError> {
    let asked = payer.public.params.get("attente").is_some();
    // Only who asked for Stripe's page by POST is shown a link to it.
    let caisse = payer.lien.payer.url_paiement.clone().filter(|_| asked);
    page(&payer, StatusCode::OK, caisse, None).await
}

/// `GET /payer/{token}/recu?langue=`: what attests the payment, to print.
pub async fn show_receipt(payer: Payer) -> Result<Response, AppError> {
    let (public, p) = (&payer.public, &payer.lien.payer);
    let recus =
        queries::recu::list(&public.app.pool, p.utilisateur_id, &[p.opportunite_id], queries::PER_PAGE)
            .await?;
    let context = page_context! { p, recus, chemin => public.path };
    public.page("payer/recu.html", &format!("{}/recu", public.path), StatusCode::OK, context).await
}

/// `POST /payer/{token}`: « Payer ». On to Stripe's page when it is ready in time.
pub async fn pay(payer: Payer, mut fields: Fields) -> Result<Response, AppError> {
    fields.finish(())?;
    let (app, public) = (&payer.public.app, &payer.public);
    if !payer.lien.payer.payable {
        return Ok(Redirect::to(&public.with_langue(&[])).into_response());
    }
    match open_checkout(&payer, fields.key()).await {
        Ok(Some(url)) if is_checkout(app, &url) => Ok(Redirect::to(&url).into_response()),
        // The policy lets forms lead to Stripe's own origin only: to any other the client goes by hand.
        Ok(Some(url)) => page(&payer, StatusCode::OK, Some(url), None).await,
        Ok(None) => Ok(Redirect::to(&public.with_langue(&["attente=1"])).into_response()),
        Err(error @ (AppError::JobRejected(..) | AppError::JobFailed(_) | AppError::RateLimited { .. })) => {
            page(&payer, error.status(), None, Some(&error)).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /payer/{token}/verifier`: back from Stripe's page, what does Stripe say? Its page then tells what
/// is known, and lets the client pay if nothing is.
pub async fn refresh(payer: Payer, mut fields: Fields) -> Result<Response, AppError> {
    fields.finish(())?;
    let (public, opportunite_id) = (&payer.public, payer.lien.payer.opportunite_id);
    limits::count(&public.app, &[Rule::Payer(opportunite_id)]).await?;
    let job = RefreshPayment { opportunite_id };
    let id = enqueue(&public.app, &public.actor, fields.key(), &[], &job).await?;
    let finished = waiting::wait(&public.app, &public.actor, id, PATIENCE).await;
    if public.json {
        let statut = finished.map_or(StatutJob::EnAttente, |finished| finished.statut);
        return Ok(Json(json!({ "statut": statut })).into_response());
    }
    Ok(Redirect::to(&public.with_langue(&["retour=verifie"])).into_response())
}

/// Asks for a Checkout Session and waits for its URL. `None`: not yet.
async fn open_checkout(payer: &Payer, key: Option<&str>) -> Result<Option<String>, AppError> {
    let (app, actor, lien) = (&payer.public.app, payer.public.actor, &payer.lien);
    let opportunite_id = lien.payer.opportunite_id;
    limits::count(app, &[Rule::Payer(opportunite_id)]).await?;
    let job = CreateCheckoutSession { opportunite_id };
    // A form that was sent before (the browser's « back ») names a job that is done, and whose session
    // may be gone: then the wish is a new one.
    for key in [key, None] {
        let id = enqueue(app, &actor, key, &[], &job).await?;
        let Some(finished) = waiting::wait(app, &actor, id, PATIENCE).await else {
            return Ok(None);
        };
        match (finished.statut, finished.erreur) {
            (StatutJob::Termine, _) => {}
            (StatutJob::Rejete, Some(refus)) => return Err(AppError::JobRejected(id, refus)),
            _ => return Err(AppError::JobFailed(id)),
        }
        let now = queries::payer::find(&app.pool, &lien.jeton.hash()).await?;
        if let Some(url) = now.and_then(|payer| payer.url_paiement) {
            return Ok(Some(url));
        }
    }
    Ok(None)
}

/// Whether the content security policy lets a form lead there.
fn is_checkout(app: &App, url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let origin = url.origin().ascii_serialization();
    app.csp.split([' ', ';']).any(|source| source == origin)
}

impl Public {
    /// The link's own path with parameters, the chosen language kept.
    fn with_langue(&self, params: &[&str]) -> String {
        let langue_query = self.langue_query();
        let params: Vec<&str> =
            params.iter().copied().chain([langue_query.as_str()]).filter(|param| !param.is_empty()).collect();
        if params.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, params.join("&")) }
    }
}

async fn page(
    payer: &Payer,
    status: StatusCode,
    caisse: Option<String>,
    error: Option<&AppError>,
) -> Result<Response, AppError> {
    use common::domaine::StatutPaiement as S;
    let (public, p) = (&payer.public, &payer.lien.payer);
    let state = match p.statut_paiement {
        S::EnAttente if p.payable => "du",
        S::EnAttente | S::Echoue if !p.payable => "fermee",
        S::Conteste if p.litige_perdu => "repris",
        other => other.as_str(),
    };
    let context = page_context! {
        p,
        etat => state,
        retour => public.params.get("retour"),
        attente => public.params.get("attente").is_some(),
        caisse,
        erreur => error.map(|error| public.phrase(error)),
        f => Forms::default().get("payer", Values::new()),
        chemin => public.path,
    };
    public.page("payer.html", &public.path, status, context).await
}
