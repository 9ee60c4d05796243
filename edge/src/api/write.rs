//! How every write of the API answers.

use std::time::Duration;

use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use common::domaine::StatutJob;
use common::jeton::Jeton;
use common::job::{Actor, JobId};
use serde_json::{Value, json};

use crate::api::view;
use crate::app::App;
use crate::enqueue::enqueue;
use crate::job_options::JobOptions;
use crate::limits::Rule;
use crate::ownership::Targets;
use crate::problem::AppError;
use crate::queries::job::JobResultat;
use crate::reader::Reader;
use crate::session::{PortailClient, Utilisateur, check_api, check_portail};
use crate::waiting::{self, JobState};

/// Who asks: as whom the job runs, and where its sender reads of it.
#[derive(Debug)]
pub struct Requester {
    /// As whom the job runs.
    pub actor: Actor,
    /// The path of the sender's jobs.
    jobs: String,
    /// The portal's link or the script's token that let the sender in, if one did.
    jeton: Option<Jeton>,
    /// What a new wish counts under.
    rules: Vec<Rule<'static>>,
}

impl Requester {
    /// The same sender, whose new wishes count under these rules.
    #[must_use]
    pub fn within(self, rules: &[Rule<'static>]) -> Self {
        Self { rules: rules.to_vec(), ..self }
    }

    /// Waits for a job as [`waiting::wait`] does; a link or a token that was revoked meanwhile is dead.
    async fn wait(&self, app: &App, id: JobId, duration: Duration) -> Result<Option<JobResultat>, AppError> {
        let finished = waiting::wait(app, &self.actor, id, duration).await;
        if let (Some(_), Some(jeton)) = (&finished, &self.jeton) {
            match self.actor {
                Actor::Utilisateur(_) => check_api(app, jeton).await?,
                _ => check_portail(app, jeton).await?,
            }
        }
        Ok(finished)
    }
}

impl From<&Utilisateur> for Requester {
    fn from(me: &Utilisateur) -> Self {
        Self { actor: me.actor(), jobs: "/api/jobs".into(), jeton: me.jeton.clone(), rules: Vec::new() }
    }
}

impl From<&PortailClient> for Requester {
    fn from(client: &PortailClient) -> Self {
        Self {
            actor: client.actor(),
            jobs: format!("/api{}/jobs", client.path()),
            jeton: Some(client.jeton.clone()),
            rules: Vec::new(),
        }
    }
}

/// Queues a job. 202 with its address; for who waits, `status` with what it made (201 for what is new,
/// else 200), or its own refusal.
pub async fn write<J: Targets>(
    app: &App,
    requester: impl Into<Requester>,
    options: &JobOptions,
    job: &J,
    status: StatusCode,
) -> Result<Response, AppError> {
    let requester = requester.into();
    let id = enqueue(app, &requester.actor, options.key.as_deref(), &requester.rules, job).await?;
    let Some(duration) = options.wait else {
        return Ok(accepted(&requester, id, json!({})));
    };
    let mut response = match requester.wait(app, id, duration).await? {
        None => accepted(&requester, id, json!({})),
        Some(finished) => match output(app, &requester.actor, finished).await {
            // Nothing is new where it stood already.
            Ok(resultat) if resultat["dejaLa"] == true => Json(resultat).into_response(),
            Ok(resultat) => (status, Json(view::of_write(J::KIND, resultat))).into_response(),
            Err(error) => error.into_response(),
        },
    };
    response.headers_mut().extend(options.applied());
    Ok(response)
}

/// 202: the job's id and address, and what else its sender is to know already.
pub fn accepted(requester: &Requester, id: JobId, mut body: Value) -> Response {
    body["jobId"] = json!(id);
    body["statut"] = json!(StatutJob::EnAttente);
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    // Hexadecimal and slashes: always a header value.
    if let Ok(mut address) = HeaderValue::try_from(format!("{}/{id}", requester.jobs)) {
        address.set_sensitive(true);
        response.headers_mut().insert(LOCATION, address);
    }
    response
}

/// What a finished job made, as its sender reads it.
async fn output(app: &App, actor: &Actor, finished: JobResultat) -> Result<Value, AppError> {
    match finished.made()? {
        Some(reference) => view::of_reference(app, actor, &reference).await,
        None => Ok(json!({})),
    }
}

/// `GET …/jobs/{id}`: how far a job is, to who asked for it. Waits for its end when asked to.
pub async fn show_job(
    app: &App,
    reader: &Reader,
    requester: impl Into<Requester>,
    options: &JobOptions,
    id: JobId,
) -> Result<Response, AppError> {
    let requester = requester.into();
    let actor = &requester.actor;
    let mut state = waiting::state(app, actor, id).await?.ok_or(AppError::NotFound)?;
    if let (JobState::Unfinished { .. }, Some(duration)) = (&state, options.wait) {
        state = requester.wait(app, id, duration).await?.map_or(state, JobState::Finished);
    }
    let mut body = match state {
        JobState::Unfinished { kind, statut } => json!({ "type": kind, "statut": statut }),
        JobState::Finished(finished) => {
            let mut body = json!({ "type": finished.r#type, "statut": finished.statut });
            match output(app, actor, finished).await {
                Ok(resultat) => body["resultat"] = resultat,
                Err(error @ (AppError::JobRejected(..) | AppError::JobFailed(_))) => {
                    let problem = error.problem(reader.langue());
                    body["erreur"] = serde_json::to_value(problem).unwrap_or_default();
                }
                Err(error) => return Err(error),
            }
            body
        }
    };
    body["jobId"] = json!(id);
    let mut response = Json(body).into_response();
    response.headers_mut().extend(options.applied());
    Ok(response)
}
