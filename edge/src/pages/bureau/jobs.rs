//! `/jobs/{id}`: waits for a job, then leads to what it made. A job that nobody knows of, because Redis lost it,
//! is « non confirmé ».

use axum::response::Response;
use common::job::JobId;

use super::Bureau;
use crate::pages::page_context;
use crate::pages::submission::JobPage;
use crate::problem::AppError;
use crate::session::Id;

/// `GET /jobs/{id}?suite=`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, AppError> {
    let suite = bureau.params.get("suite");
    let phrase = |error: &AppError| error.problem(bureau.cadre.langue).detail().to_owned();
    let shown = bureau.sender().await_page(&bureau.app, JobId(id), suite, phrase).await?;
    let (kind, state, error, retour) = match shown {
        JobPage::Answer(response) => return Ok(response),
        JobPage::Page { kind, state, error, retour } => (kind, state, error, retour),
    };
    let (etat, status) = JobPage::said(state);
    let context = page_context! {
        etat,
        kind,
        erreur => error.as_ref().map(phrase),
        retour,
        ici => format!("/jobs/{id}?{}", bureau.params.query(&["suite"])),
    };
    bureau.page("jobs/id.html", "", status, context).await
}
