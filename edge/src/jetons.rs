//! A new API token: drawn here, its hash sent to the worker, itself shown once in the answer to who asked. It is
//! kept nowhere.

use std::time::Duration;

use common::jeton::{API_BYTES, Jeton};
use common::job::JobId;
use common::jobs::CreateJetonApi;
use common::refus::Refus;
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::bearer;
use crate::commands;
use crate::enqueue::enqueue;
use crate::fields::Fields;
use crate::problem::AppError;
use crate::queries;
use crate::session::Utilisateur;
use crate::waiting;

/// A token that was just asked for.
#[derive(Serialize)]
pub struct Nouveau {
    /// Its row's id, which revokes it. None: its job is queued, and it opens as soon as it stands in the list.
    pub id: Option<Uuid>,
    /// What its owner calls it.
    pub nom: String,
    /// The token itself.
    pub jeton: String,
    /// The job that makes it.
    #[serde(skip)]
    pub job: JobId,
}

/// Makes a token for `{ nom, motDePasseActuel }`, and waits for it as long as said. Sent twice under one key the second
/// is told what became of the first; the token itself it cannot be told.
pub async fn create(
    app: &App,
    me: &Utilisateur,
    key: Option<&str>,
    patience: Duration,
    fields: &mut Fields,
) -> Result<Nouveau, AppError> {
    let jeton = Jeton::generate::<API_BYTES>(&mut rand::rng());
    let job = commands::create_jeton_api(app, me, fields, &jeton).await?;
    let id = match enqueue(app, &me.actor(), key, &[], &job).await {
        // Another token is another payload.
        Err(AppError::KeyReused) => return Err(sent_before(app, me, key).await?),
        asked => asked?,
    };
    let made = match waiting::wait(app, &me.actor(), id, patience).await {
        Some(finished) => finished.made()?.map(|reference| reference.id),
        None => None,
    };
    Ok(Nouveau { id: made, nom: job.nom, jeton: bearer::text(&jeton), job: id })
}

/// What who sends their wish again is told: why it was refused, else that its token was shown.
async fn sent_before(app: &App, me: &Utilisateur, key: Option<&str>) -> Result<AppError, AppError> {
    let id = JobId::of::<CreateJetonApi>(&me.actor(), key.unwrap_or_default());
    let refused = queries::job::find(&app.pool, &me.actor(), id).await?.and_then(|job| job.made().err());
    Ok(refused.unwrap_or_else(|| Refus::conflict("jeton-deja-montre").into()))
}
