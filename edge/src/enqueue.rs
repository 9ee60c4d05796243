//! The way in of every write: a job is pushed, once for each wish.

use common::job::{Actor, Envelope, JobId};
use common::queue::{PushError, Pushed};

use crate::app::App;
use crate::cible::{self, Vise};
use crate::probleme::Erreur;

/// The longest key that makes a wish one wish.
const CLE_MAX: usize = 255;

/// Queues a job that `actor` asks for and returns its id. The same actor, kind and key give the same id:
/// sent again it is the same job, finished or not, and with another payload it is refused
/// ([`Erreur::CleReutilisee`]). Without a key each call is a wish of its own. What the job is about must
/// be the actor's.
pub async fn enqueue<J: Vise>(app: &App, actor: &Actor, cle: Option<&str>, job: &J) -> Result<JobId, Erreur> {
    let enveloppe =
        |id| Envelope::new(id, *actor, job, app.now()).map_err(|erreur| Erreur::Interne(erreur.into()));
    let visee = cible::check(app, actor, &job.cibles()).await;
    let Some(cle) = cle else {
        visee?;
        let unique = hex::encode(rand::random::<[u8; 16]>());
        return push(app, &enveloppe(JobId::of::<J>(actor, &unique))?).await;
    };
    if cle.is_empty() || cle.len() > CLE_MAX || !cle.bytes().all(|octet| octet.is_ascii_graphic()) {
        return Err(Erreur::CleInvalide);
    }
    let enveloppe = enveloppe(JobId::of::<J>(actor, cle))?;
    // A finished job has no record in Redis any more; its row says what the key was used for. It is asked
    // before the refusal of `visee`: a deletion sent twice meets its own effect. Should the job finish
    // between this look and the push, the worker finds the row when it claims.
    match finished_hash(app, enveloppe.id).await? {
        Some(hash) if hash == enveloppe.payload_hash => Ok(enveloppe.id),
        Some(_) => Err(Erreur::CleReutilisee),
        None => {
            visee?;
            push(app, &enveloppe).await
        }
    }
}

/// Queues an envelope as it is. Asks Redis only.
pub async fn push(app: &App, enveloppe: &Envelope) -> Result<JobId, Erreur> {
    match app.producer.push(enveloppe).await {
        Ok(Pushed::Queued | Pushed::Pending) => Ok(enveloppe.id),
        Ok(Pushed::KeyReused) => Err(Erreur::CleReutilisee),
        Err(PushError::Full) => Err(Erreur::FilePleine),
        Err(erreur @ PushError::Unavailable(_)) => Err(Erreur::Indisponible(erreur.into())),
        Err(erreur @ PushError::Encoding(_)) => Err(Erreur::Interne(erreur.into())),
    }
}

async fn finished_hash(app: &App, id: JobId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT payload_hash FROM job_resultat WHERE id = $1", id.0)
        .fetch_optional(&app.pool)
        .await
}
