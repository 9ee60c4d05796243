//! The way in of every write: a job is pushed, once for each wish.

use common::failpoint;
use common::job::{Actor, Envelope, JobId};
use common::queue::{PushError, Pushed};

use crate::app::App;
use crate::limits::{self, Rule};
use crate::ownership::{self, Targets};
use crate::problem::AppError;

/// The longest key that makes a wish one wish.
const KEY_MAX: usize = 255;

/// Queues a job that `actor` asks for and returns its id. The same actor, kind and key give the same id:
/// sent again it is the same job, finished or not, and with another payload it is refused
/// ([`AppError::KeyReused`]). Without a key each call is a wish of its own. What the job is about must
/// be the actor's. A new wish counts under every one of `rules`; one that is sent again does not, so that
/// a bad line uses up nobody's quota.
pub async fn enqueue<J: Targets>(
    app: &App,
    actor: &Actor,
    key: Option<&str>,
    rules: &[Rule<'_>],
    job: &J,
) -> Result<JobId, AppError> {
    let envelope = |id| {
        Envelope::new(id, *actor, job, app.now(), &app.liens.sealer)
            .map_err(|error| AppError::Internal(error.into()))
    };
    let owned = ownership::check(app, actor, &job.targets()).await;
    let Some(key) = key else {
        count(app, rules).await?;
        owned?;
        let unique = hex::encode(rand::random::<[u8; 16]>());
        return push(app, &envelope(JobId::of::<J>(actor, &unique))?).await;
    };
    if key.is_empty() || key.len() > KEY_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AppError::InvalidKey);
    }
    let envelope = envelope(JobId::of::<J>(actor, key))?;
    // A finished job has no record in Redis any more; its row says what the key was used for. It is asked
    // before the refusal of `owned`: a deletion sent twice meets its own effect. Should the job finish
    // between this look and the push, the worker finds the row when it claims.
    match finished_hash(app, envelope.id).await? {
        Some(hash) if hash == envelope.payload_hash => Ok(envelope.id),
        Some(_) => Err(AppError::KeyReused),
        None => {
            if !rules.is_empty() && app.producer.record(envelope.id).await?.is_none() {
                count(app, rules).await?;
            }
            owned?;
            push(app, &envelope).await
        }
    }
}

async fn count(app: &App, rules: &[Rule<'_>]) -> Result<(), AppError> {
    if rules.is_empty() { Ok(()) } else { limits::count(app, rules).await }
}

/// Queues an envelope as it is. Asks Redis only.
pub async fn push(app: &App, envelope: &Envelope) -> Result<JobId, AppError> {
    let pushed = app.producer.push(envelope).await;
    failpoint!("after-push", envelope.kind, envelope.id);
    match pushed {
        Ok(Pushed::Queued | Pushed::Pending) => {
            app.metrics.queued(&envelope.kind);
            Ok(envelope.id)
        }
        Ok(Pushed::KeyReused) => Err(AppError::KeyReused),
        Err(PushError::Full) => Err(AppError::QueueFull),
        Err(error @ PushError::Unavailable(_)) => Err(AppError::Unavailable(error.into())),
        Err(error @ PushError::Encoding(_)) => Err(AppError::Internal(error.into())),
    }
}

async fn finished_hash(app: &App, id: JobId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT payload_hash FROM job_resultat WHERE id = $1", id.0)
        .fetch_optional(&app.pool)
        .await
}
