//! How every write of the API answers.

use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use common::domaine::StatutJob;
use common::job::{Actor, JobId};
use serde_json::{Value, json};

use crate::api::vue;
use crate::app::App;
use crate::attente::{self, EtatJob};
use crate::cible::Vise;
use crate::demande::Demande;
use crate::enqueue::enqueue;
use crate::lecteur::Lecteur;
use crate::probleme::Erreur;
use crate::queries::job::JobResultat;
use crate::session::{PortailClient, Utilisateur};

/// Who asks: as whom the job runs, and where its sender reads of it.
#[derive(Debug)]
pub struct Demandeur {
    /// As whom the job runs.
    pub actor: Actor,
    /// The path of the sender's jobs.
    jobs: String,
}

impl From<&Utilisateur> for Demandeur {
    fn from(moi: &Utilisateur) -> Self {
        Self { actor: moi.actor(), jobs: "/api/jobs".into() }
    }
}

impl From<&PortailClient> for Demandeur {
    fn from(client: &PortailClient) -> Self {
        Self { actor: client.actor(), jobs: format!("/api{}/jobs", client.chemin()) }
    }
}

/// Queues a job. 202 with its address; for who waits, `statut` with what it made (201 for what is new,
/// else 200), or its own refusal.
pub async fn write<J: Vise>(
    app: &App,
    qui: impl Into<Demandeur>,
    demande: &Demande,
    job: &J,
    statut: StatusCode,
) -> Result<Response, Erreur> {
    let qui = qui.into();
    let id = enqueue(app, &qui.actor, demande.cle.as_deref(), job).await?;
    let Some(duree) = demande.attente else {
        return Ok(accepted(&qui, id));
    };
    let mut reponse = match attente::attendre(app, &qui.actor, id, duree).await {
        None => accepted(&qui, id),
        Some(fini) => match output(app, &qui.actor, fini).await {
            Ok(resultat) => (statut, Json(vue::of_write(J::KIND, resultat))).into_response(),
            Err(erreur) => erreur.into_response(),
        },
    };
    reponse.headers_mut().extend(demande.applied());
    Ok(reponse)
}

fn accepted(qui: &Demandeur, id: JobId) -> Response {
    let corps = Json(json!({ "jobId": id, "statut": StatutJob::EnAttente }));
    let mut reponse = (StatusCode::ACCEPTED, corps).into_response();
    // Hexadecimal and slashes: always a header value.
    if let Ok(mut adresse) = HeaderValue::try_from(format!("{}/{id}", qui.jobs)) {
        adresse.set_sensitive(true);
        reponse.headers_mut().insert(LOCATION, adresse);
    }
    reponse
}

/// What a finished job made, as its sender reads it.
async fn output(app: &App, actor: &Actor, fini: JobResultat) -> Result<Value, Erreur> {
    match (fini.statut, fini.resultat, fini.erreur) {
        (StatutJob::Termine, Some(reference), _) => vue::of_reference(app, actor, &reference).await,
        (StatutJob::Termine, None, _) => Ok(json!({})),
        (StatutJob::Rejete, _, Some(refus)) => Err(Erreur::JobRejete(fini.id, refus)),
        _ => Err(Erreur::JobEchoue(fini.id)),
    }
}

/// `GET …/jobs/{id}`: how far a job is, to who asked for it. Waits for its end when asked to.
pub async fn show_job(
    app: &App,
    lecteur: &Lecteur,
    actor: &Actor,
    demande: &Demande,
    id: JobId,
) -> Result<Response, Erreur> {
    let mut etat = attente::etat(app, actor, id).await?.ok_or(Erreur::Introuvable)?;
    if let (EtatJob::EnVie { .. }, Some(duree)) = (&etat, demande.attente) {
        etat = attente::attendre(app, actor, id, duree).await.map_or(etat, EtatJob::Fini);
    }
    let mut corps = match etat {
        EtatJob::EnVie { kind, statut } => json!({ "type": kind, "statut": statut }),
        EtatJob::Fini(fini) => {
            let mut corps = json!({ "type": fini.r#type, "statut": fini.statut });
            match output(app, actor, fini).await {
                Ok(resultat) => corps["resultat"] = resultat,
                Err(erreur @ (Erreur::JobRejete(..) | Erreur::JobEchoue(_))) => {
                    let probleme = erreur.probleme(lecteur.langue());
                    corps["erreur"] = serde_json::to_value(probleme).unwrap_or_default();
                }
                Err(erreur) => return Err(erreur),
            }
            corps
        }
    };
    corps["jobId"] = json!(id);
    let mut reponse = Json(corps).into_response();
    reponse.headers_mut().extend(demande.applied());
    Ok(reponse)
}
