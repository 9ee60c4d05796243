//! What becomes of a form: its job is queued, waited for half a second, and its sender lands on what it
//! made; else on a page that waits longer. The page's own script asks for the same as JSON.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use common::domaine::{Entite, StatutJob};
use common::jeton::Jeton;
use common::job::{Actor, JobId};
use serde::Serialize;
use url::form_urlencoded;
use uuid::Uuid;

use super::params::Params;
use crate::app::App;
use crate::enqueue::enqueue;
use crate::fields::Fields;
use crate::limits::Rule;
use crate::ownership::Targets;
use crate::problem::AppError;
use crate::queries;
use crate::queries::job::JobResultat;
use crate::session::{check_portail, relative_next};
use crate::waiting::{self, JobState};

/// How long a form waits for its job before it goes to the page that waits.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long that page holds its answer.
pub const PATIENCE_PAGE: Duration = Duration::from_secs(10);
/// How long the script waits while the job is in the queue: it tells as soon as the job has begun.
const PATIENCE_QUEUE: Duration = Duration::from_secs(1);

/// Characters of a path that a form may want to lead to: a list narrowed by long words is one.
const RETOUR_MAX: usize = 4_000;

/// Who sends a form: as whom its job runs, and where their pages begin.
#[derive(Debug, Clone)]
pub struct Sender {
    /// As whom the job runs.
    pub actor: Actor,
    /// What their paths begin with: nothing, or the portal's path.
    pub root: String,
    /// What keeps the language that was chosen by hand: nothing, or `langue=en`.
    pub langue: String,
    /// Whether the page's own script asks.
    pub json: bool,
    /// The portal's link that let the sender in, if one did.
    pub lien: Option<Jeton>,
    /// What a new wish counts under.
    pub rules: Vec<Rule<'static>>,
}

/// Where a form leads when its job is done.
#[derive(Debug, Clone)]
pub enum Destination {
    /// To this page.
    Page(String),
    /// To what the job made.
    Created,
}

/// Where to go next, for the page's script.
#[derive(Debug, Serialize)]
struct Step {
    statut: StatutJob,
    #[serde(skip_serializing_if = "Option::is_none")]
    suite: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suivi: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erreur: Option<String>,
}

impl Sender {
    /// Queues a form's job and says where its sender goes. A refusal comes back as an error, for the form
    /// to be shown again.
    pub async fn send<J: Targets>(
        &self,
        app: &App,
        key: Option<&str>,
        job: &J,
        destination: Destination,
    ) -> Result<Response, AppError> {
        let id = enqueue(app, &self.actor, key, &self.rules, job).await?;
        if let Some(finished) = self.wait(app, id, PATIENCE).await? {
            let suite = self.outcome(&finished, destination)?;
            return Ok(self.lead_to(StatutJob::Termine, Some(suite), None));
        }
        // It is accepted, whatever can be said of it now.
        let statut = match waiting::state(app, &self.actor, id).await {
            Ok(Some(JobState::Unfinished { statut, .. })) => statut,
            _ => StatutJob::EnAttente,
        };
        Ok(self.lead_to(statut, None, Some(self.waiting_page(id, destination))))
    }

    /// Waits for a job as [`waiting::wait`] does; a link that was revoked meanwhile is dead.
    async fn wait(&self, app: &App, id: JobId, duration: Duration) -> Result<Option<JobResultat>, AppError> {
        let finished = waiting::wait(app, &self.actor, id, duration).await;
        if let (Some(_), Some(jeton)) = (&finished, &self.lien) {
            check_portail(app, jeton).await?;
        }
        Ok(finished)
    }

    /// Where a finished job leads, or why it was refused.
    fn outcome(&self, finished: &JobResultat, destination: Destination) -> Result<String, AppError> {
        match (finished.statut, &finished.erreur) {
            (StatutJob::Termine, _) => Ok(self.said(&self.target(finished, destination), finished.id)),
            (StatutJob::Rejete, Some(refus)) => Err(AppError::JobRejected(finished.id, refus.clone())),
            _ => Err(AppError::JobFailed(finished.id)),
        }
    }

    fn target(&self, finished: &JobResultat, destination: Destination) -> String {
        let Destination::Page(page) = destination else {
            let entite = finished.resultat.and_then(|reference| {
                let tree = match reference.entite {
                    Entite::Client => "clients",
                    Entite::Opportunite => "opportunites",
                    Entite::Ticket => "tickets",
                    _ => return None,
                };
                Some(format!("{}/{tree}/{}", self.root, reference.id))
            });
            return entite.unwrap_or_else(|| self.home());
        };
        page
    }

    fn home(&self) -> String {
        if self.root.is_empty() { "/".into() } else { self.root.clone() }
    }

    /// The page, told to say what was done.
    fn said(&self, page: &str, id: JobId) -> String {
        let (page, anchor) = page.split_once('#').unwrap_or((page, ""));
        let mut url = page.to_owned();
        let mut param = |text: &str| {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(text);
        };
        param(&format!("fait={id}"));
        if !self.langue.is_empty() && !page.contains("langue=") {
            param(&self.langue);
        }
        if !anchor.is_empty() {
            url.push('#');
            url.push_str(anchor);
        }
        url
    }

    fn waiting_page(&self, id: JobId, destination: Destination) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Destination::Page(page) = destination {
            query.append_pair("suite", &page);
        }
        let mut query = query.finish();
        if !self.langue.is_empty() {
            query.push_str(if query.is_empty() { "" } else { "&" });
            query.push_str(&self.langue);
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}/jobs/{id}{mark}{query}", self.root)
    }

    fn lead_to(&self, statut: StatutJob, suite: Option<String>, suivi: Option<String>) -> Response {
        if self.json {
            return Json(Step { statut, suite, suivi, erreur: None }).into_response();
        }
        let to = suite.or(suivi).unwrap_or_else(|| self.home());
        Redirect::to(&to).into_response()
    }
}

/// The page of ours that a form wants to lead to (`retour`), if it says one.
pub fn retour(fields: &mut Fields) -> Option<String> {
    fields.optional_text("retour", RETOUR_MAX).filter(|page| relative_next(page).is_some())
}

/// What was just done, if the address says so (`?fait=`) and it is true: the job's kind, or `deja-la` where what it was
/// to add stood there.
pub async fn done(app: &App, actor: &Actor, params: &Params) -> Result<Option<String>, AppError> {
    let Some(id) = params.parse::<Uuid>("fait") else {
        return Ok(None);
    };
    let job = queries::job::find(&app.pool, actor, JobId(id)).await?;
    Ok(job.filter(|job| job.statut == StatutJob::Termine).map(|job| {
        let deja_la = job.resultat.is_some_and(|reference| reference.deja_la);
        if deja_la { "deja-la".into() } else { job.r#type }
    }))
}

/// Queues a job that nobody can ask after later, and waits for its end as long as a page may.
pub async fn finish<J: Targets>(
    app: &App,
    actor: &Actor,
    key: Option<&str>,
    job: &J,
) -> Result<(), AppError> {
    let id = enqueue(app, actor, key, &[], job).await?;
    match waiting::wait(app, actor, id, PATIENCE_PAGE).await {
        Some(finished) => finished.made().map(|_| ()),
        None => Err(AppError::Unavailable(anyhow::anyhow!("{} is not done yet", J::KIND))),
    }
}

/// What the page of a job shows, once it has waited.
#[derive(Debug)]
pub enum JobPage {
    /// The answer itself: on to the result, or JSON for the script.
    Answer(Response),
    /// The job is not done yet, came to a bad end, or is unknown.
    Page {
        /// What it is to do: [`Job::KIND`](common::job::Job::KIND). None where nobody knows of it.
        kind: Option<String>,
        /// How far it is. None: nobody knows of it (any more), or it is somebody else's.
        state: Option<StatutJob>,
        /// Why it was refused.
        error: Option<AppError>,
        /// Where its sender wanted to be.
        retour: String,
    },
}

impl JobPage {
    /// How a state is called in templates and texts, and how its page answers.
    pub fn said(state: Option<StatutJob>) -> (&'static str, StatusCode) {
        state.map_or(("inconnu", StatusCode::NOT_FOUND), |state| (state.as_str(), StatusCode::OK))
    }
}

impl Sender {
    /// Waits for a job at most ten seconds and says what its page is to show. `suite` is where its sender
    /// wants to go, `phrase` says an error in the reader's language.
    pub async fn await_page(
        &self,
        app: &App,
        id: JobId,
        suite: Option<&str>,
        phrase: impl Fn(&AppError) -> String,
    ) -> Result<JobPage, AppError> {
        // Only our own tree: a link to this page must not lead elsewhere.
        let suite = suite.and_then(relative_next).filter(|page| page.starts_with(&self.root));
        let destination = suite.map_or(Destination::Created, |page| Destination::Page(page.into()));
        let retour = suite.map_or_else(|| self.home(), str::to_owned);
        let Some(mut state) = waiting::state(app, &self.actor, id).await? else {
            if self.json {
                return Err(AppError::NotFound);
            }
            return Ok(JobPage::Page { kind: None, state: None, error: None, retour });
        };
        if let JobState::Unfinished { statut, .. } = state {
            let queued = self.json && statut == StatutJob::EnAttente;
            let patience = if queued { PATIENCE_QUEUE } else { PATIENCE_PAGE };
            state = match self.wait(app, id, patience).await? {
                Some(finished) => JobState::Finished(finished),
                None => waiting::state(app, &self.actor, id).await.ok().flatten().unwrap_or(state),
            };
        }
        let (kind, state, error) = match state {
            JobState::Unfinished { kind, statut } => {
                if self.json {
                    return Ok(JobPage::Answer(self.lead_to(
                        statut,
                        None,
                        Some(self.waiting_page(id, destination)),
                    )));
                }
                (kind, statut, None)
            }
            JobState::Finished(finished) => match self.outcome(&finished, destination) {
                Ok(suite) => {
                    return Ok(JobPage::Answer(self.lead_to(StatutJob::Termine, Some(suite), None)));
                }
                Err(error) => (finished.r#type, finished.statut, Some(error)),
            },
        };
        if self.json {
            let erreur = error.as_ref().map(phrase);
            let step = Step { statut: state, suite: None, suivi: None, erreur };
            return Ok(JobPage::Answer(Json(step).into_response()));
        }
        Ok(JobPage::Page { kind: Some(kind), state: Some(state), error, retour })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(root: &str, langue: &str) -> Sender {
        Sender {
            actor: Actor::Systeme,
            root: root.into(),
            langue: langue.into(),
            json: false,
            lien: None,
            rules: vec![],
        }
    }

    #[test]
    fn a_page_is_told_what_to_say() {
        let id = JobId(Uuid::nil());
        let said = |page: &str| sender("", "").said(page, id).replace(&id.to_string(), "1");
        assert_eq!(said("/clients/2"), "/clients/2?fait=1");
        assert_eq!(said("/clients/2?onglet=note#ajouter"), "/clients/2?onglet=note&fait=1#ajouter");
        let english = sender("/portail/x", "langue=en").said("/portail/x#support", id);
        assert_eq!(english, format!("/portail/x?fait={id}&langue=en#support"));
    }
}
