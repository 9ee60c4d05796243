//! `/jobs/{id}`: waits for a job, then leads to what it made.

use axum::http::StatusCode;
use axum::response::Response;
use common::job::JobId;

use super::Bureau;
use crate::pages::contexte;
use crate::pages::envoi::Attendu;
use crate::probleme::Erreur;
use crate::session::Id;

/// `GET /jobs/{id}?suite=`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, Erreur> {
    let suite = bureau.params.get("suite");
    let phrase = |erreur: &Erreur| erreur.probleme(bureau.cadre.langue).detail().to_owned();
    let attendu = bureau.expediteur().await_page(&bureau.app, JobId(id), suite, phrase).await?;
    let (etat, erreur, retour) = match attendu {
        Attendu::Reponse(reponse) => return Ok(reponse),
        Attendu::Page { etat, erreur, retour } => (etat, erreur, retour),
    };
    let contexte = contexte! {
        etat,
        erreur => erreur.as_ref().map(phrase),
        retour,
        ici => format!("/jobs/{id}?{}", bureau.params.query(&["suite"])),
    };
    bureau.page("jobs/id.html", "", StatusCode::OK, contexte).await
}
