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
use crate::attente;
use crate::champs::Champs;
use crate::enqueue::enqueue;
use crate::limites::{self, Regle};
use crate::pages::contexte;
use crate::pages::formulaire::{Formulaires, Saisie};
use crate::pages::params::Params;
use crate::pages::wants_json;
use crate::probleme::Erreur;
use crate::queries;
use crate::rendu::Cadre;
use crate::session::PayerLien;

/// How long « Payer » waits for Stripe's page.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client at a payment link.
pub struct Payer {
    public: Public,
    lien: PayerLien,
}

impl FromRequestParts<App> for Payer {
    type Rejection = Erreur;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Erreur> {
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
            chemin: lien.chemin(),
            freelance_nom: lien.payer.freelance_nom.clone(),
            stripe_livemode: lien.payer.stripe_livemode,
            actor: lien.actor(),
            json: wants_json(&parts.headers),
        };
        Ok(Self { public, lien })
    }
}

/// `GET /payer/{token}?langue=&retour=&attente=`
pub async fn show(payer: Payer) -> Result<Response, Erreur> {
    let attend = payer.public.params.get("attente").is_some();
    // Only who asked for Stripe's page by POST is shown a link to it.
    let caisse = payer.lien.payer.url_paiement.clone().filter(|_| attend);
    page(&payer, StatusCode::OK, caisse, None).await
}

/// `POST /payer/{token}`: « Payer ». On to Stripe's page when it is ready in time.
pub async fn pay(payer: Payer, mut champs: Champs) -> Result<Response, Erreur> {
    champs.fin(())?;
    let (app, public) = (&payer.public.app, &payer.public);
    if !payer.lien.payer.payable {
        return Ok(Redirect::to(&public.with_langue(&[])).into_response());
    }
    match open_checkout(&payer, champs.cle()).await {
        Ok(Some(url)) if is_checkout(app, &url) => Ok(Redirect::to(&url).into_response()),
        // The policy lets forms lead to Stripe's own origin only: to any other the client goes by hand.
        Ok(Some(url)) => page(&payer, StatusCode::OK, Some(url), None).await,
        Ok(None) => Ok(Redirect::to(&public.with_langue(&["attente=1"])).into_response()),
        Err(erreur @ (Erreur::JobRejete(..) | Erreur::JobEchoue(_) | Erreur::Limite { .. })) => {
            page(&payer, erreur.status(), None, Some(&erreur)).await
        }
        Err(erreur) => Err(erreur),
    }
}

/// `POST /payer/{token}/verifier`: back from Stripe's page, what does Stripe say? Its page then tells what
/// is known, and lets the client pay if nothing is.
pub async fn refresh(payer: Payer, mut champs: Champs) -> Result<Response, Erreur> {
    champs.fin(())?;
    let (public, opportunite_id) = (&payer.public, payer.lien.payer.opportunite_id);
    limites::compter(&public.app, &[Regle::Payer(opportunite_id)]).await?;
    let job = RefreshPayment { opportunite_id };
    let id = enqueue(&public.app, &public.actor, champs.cle(), &job).await?;
    let fini = attente::attendre(&public.app, &public.actor, id, PATIENCE).await;
    if public.json {
        let statut = fini.map_or(StatutJob::EnAttente, |fini| fini.statut);
        return Ok(Json(json!({ "statut": statut })).into_response());
    }
    Ok(Redirect::to(&public.with_langue(&["retour=verifie"])).into_response())
}

/// Asks for a Checkout Session and waits for its URL. `None`: not yet.
async fn open_checkout(payer: &Payer, cle: Option<&str>) -> Result<Option<String>, Erreur> {
    let (app, actor, lien) = (&payer.public.app, payer.public.actor, &payer.lien);
    let opportunite_id = lien.payer.opportunite_id;
    limites::compter(app, &[Regle::Payer(opportunite_id)]).await?;
    let job = CreateCheckoutSession { opportunite_id };
    // A form that was sent before (the browser's « back ») names a job that is done, and whose session
    // may be gone: then the wish is a new one.
    for cle in [cle, None] {
        let id = enqueue(app, &actor, cle, &job).await?;
        let Some(fini) = attente::attendre(app, &actor, id, PATIENCE).await else {
            return Ok(None);
        };
        match (fini.statut, fini.erreur) {
            (StatutJob::Termine, _) => {}
            (StatutJob::Rejete, Some(refus)) => return Err(Erreur::JobRejete(id, refus)),
            _ => return Err(Erreur::JobEchoue(id)),
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
        let choix = self.choix_langue();
        let params: Vec<&str> =
            params.iter().copied().chain([choix.as_str()]).filter(|param| !param.is_empty()).collect();
        if params.is_empty() { self.chemin.clone() } else { format!("{}?{}", self.chemin, params.join("&")) }
    }
}

async fn page(
    payer: &Payer,
    statut: StatusCode,
    caisse: Option<String>,
    erreur: Option<&Erreur>,
) -> Result<Response, Erreur> {
    use common::domaine::StatutPaiement as S;
    let (public, p) = (&payer.public, &payer.lien.payer);
    let etat = match p.statut_paiement {
        S::EnAttente if p.payable => "du",
        S::EnAttente | S::Echoue if !p.payable => "fermee",
        statut => statut.as_str(),
    };
    let contexte = contexte! {
        p,
        etat,
        retour => public.params.get("retour"),
        attente => public.params.get("attente").is_some(),
        caisse,
        erreur => erreur.map(|erreur| public.phrase(erreur)),
        f => Formulaires::default().get("payer", Saisie::new()),
        chemin => public.chemin,
    };
    public.page("payer.html", &public.chemin, statut, contexte).await
}
