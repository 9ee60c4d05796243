//! What becomes of a form: its job is queued, waited for half a second, and its sender lands on what it
//! made; else on a page that waits longer. The page's own script asks for the same as JSON.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Redirect, Response};
use common::domaine::{Entite, StatutJob};
use common::job::{Actor, JobId};
use serde::Serialize;
use url::form_urlencoded;

use crate::app::App;
use crate::attente::{self, EtatJob};
use crate::cible::Vise;
use crate::enqueue::enqueue;
use crate::probleme::Erreur;
use crate::queries::job::JobResultat;
use crate::session::next_relatif;

/// How long a form waits for its job before it goes to the page that waits.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long that page holds its answer.
const PATIENCE_PAGE: Duration = Duration::from_secs(10);

/// Who sends a form: as whom its job runs, and where their pages begin.
#[derive(Debug, Clone)]
pub struct Expediteur {
    /// As whom the job runs.
    pub actor: Actor,
    /// What their paths begin with: nothing, or the portal's path.
    pub racine: String,
    /// What keeps the language that was chosen by hand: nothing, or `langue=en`.
    pub langue: String,
    /// Whether the page's own script asks.
    pub json: bool,
}

/// Where a form leads when its job is done.
#[derive(Debug, Clone)]
pub enum Vers {
    /// To this page.
    Page(String),
    /// To what the job made.
    Cree,
}

/// Where to go next, for the page's script.
#[derive(Debug, Serialize)]
struct Etape {
    statut: StatutJob,
    #[serde(skip_serializing_if = "Option::is_none")]
    suite: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suivi: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erreur: Option<String>,
}

impl Expediteur {
    /// Queues a form's job and says where its sender goes. A refusal comes back as an error, for the form
    /// to be shown again.
    pub async fn send<J: Vise>(
        &self,
        app: &App,
        cle: Option<&str>,
        job: &J,
        vers: Vers,
    ) -> Result<Response, Erreur> {
        let id = enqueue(app, &self.actor, cle, job).await?;
        match attente::attendre(app, &self.actor, id, PATIENCE).await {
            Some(fini) => {
                let suite = self.outcome(&fini, vers)?;
                Ok(self.lead_to(StatutJob::Termine, Some(suite), None))
            }
            None => Ok(self.lead_to(StatutJob::EnAttente, None, Some(self.waiting_page(id, vers)))),
        }
    }

    /// Where a finished job leads, or why it was refused.
    fn outcome(&self, fini: &JobResultat, vers: Vers) -> Result<String, Erreur> {
        match (fini.statut, &fini.erreur) {
            (StatutJob::Termine, _) => Ok(self.said(&self.target(fini, vers), fini.id)),
            (StatutJob::Rejete, Some(refus)) => Err(Erreur::JobRejete(fini.id, refus.clone())),
            _ => Err(Erreur::JobEchoue(fini.id)),
        }
    }

    fn target(&self, fini: &JobResultat, vers: Vers) -> String {
        let Vers::Page(page) = vers else {
            let entite = fini.resultat.and_then(|reference| {
                let arbre = match reference.entite {
                    Entite::Client => "clients",
                    Entite::Opportunite => "opportunites",
                    Entite::Ticket => "tickets",
                    _ => return None,
                };
                Some(format!("{}/{arbre}/{}", self.racine, reference.id))
            });
            return entite.unwrap_or_else(|| self.home());
        };
        page
    }

    fn home(&self) -> String {
        if self.racine.is_empty() { "/".into() } else { self.racine.clone() }
    }

    /// The page, told to say what was done.
    fn said(&self, page: &str, id: JobId) -> String {
        let (page, ancre) = page.split_once('#').unwrap_or((page, ""));
        let mut url = page.to_owned();
        let mut param = |texte: &str| {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(texte);
        };
        param(&format!("fait={id}"));
        if !self.langue.is_empty() && !page.contains("langue=") {
            param(&self.langue);
        }
        if !ancre.is_empty() {
            url.push('#');
            url.push_str(ancre);
        }
        url
    }

    fn waiting_page(&self, id: JobId, vers: Vers) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Vers::Page(page) = vers {
            query.append_pair("suite", &page);
        }
        let mut query = query.finish();
        if !self.langue.is_empty() {
            query.push_str(if query.is_empty() { "" } else { "&" });
            query.push_str(&self.langue);
        }
        let point = if query.is_empty() { "" } else { "?" };
        format!("{}/jobs/{id}{point}{query}", self.racine)
    }

    fn lead_to(&self, statut: StatutJob, suite: Option<String>, suivi: Option<String>) -> Response {
        if self.json {
            let erreur = None;
            return Json(Etape { statut, suite, suivi, erreur }).into_response();
        }
        let ou = suite.or(suivi).unwrap_or_else(|| self.home());
        Redirect::to(&ou).into_response()
    }
}

/// What the page of a job shows, once it has waited.
#[derive(Debug)]
pub enum Attendu {
    /// The answer itself: on to the result, or JSON for the script.
    Reponse(Response),
    /// The job is not done yet, or came to a bad end.
    Page {
        /// How far it is.
        etat: StatutJob,
        /// Why it was refused.
        erreur: Option<Erreur>,
        /// Where its sender wanted to be.
        retour: String,
    },
}

impl Expediteur {
    /// Waits for a job at most ten seconds and says what its page is to show. `suite` is where its sender
    /// wants to go, `phrase` says an error in the reader's language.
    pub async fn await_page(
        &self,
        app: &App,
        id: JobId,
        suite: Option<&str>,
        phrase: impl Fn(&Erreur) -> String,
    ) -> Result<Attendu, Erreur> {
        let mut etat = attente::etat(app, &self.actor, id).await?.ok_or(Erreur::Introuvable)?;
        if let EtatJob::EnVie { .. } = etat {
            let attendu = attente::attendre(app, &self.actor, id, PATIENCE_PAGE).await;
            etat = attendu.map_or(etat, EtatJob::Fini);
        }
        // Only our own tree: a link to this page must not lead elsewhere.
        let suite = suite.and_then(next_relatif).filter(|page| page.starts_with(&self.racine));
        let vers = suite.map_or(Vers::Cree, |page| Vers::Page(page.into()));
        let retour = suite.map_or_else(|| self.home(), str::to_owned);
        let (etat, erreur) = match etat {
            EtatJob::EnVie { statut, .. } => {
                if self.json {
                    return Ok(Attendu::Reponse(self.lead_to(
                        statut,
                        None,
                        Some(self.waiting_page(id, vers)),
                    )));
                }
                (statut, None)
            }
            EtatJob::Fini(fini) => match self.outcome(&fini, vers) {
                Ok(suite) => {
                    return Ok(Attendu::Reponse(self.lead_to(StatutJob::Termine, Some(suite), None)));
                }
                Err(erreur) => (fini.statut, Some(erreur)),
            },
        };
        if self.json {
            let erreur = erreur.as_ref().map(phrase);
            let etape = Etape { statut: etat, suite: None, suivi: None, erreur };
            return Ok(Attendu::Reponse(Json(etape).into_response()));
        }
        Ok(Attendu::Page { etat, erreur, retour })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn expediteur(racine: &str, langue: &str) -> Expediteur {
        Expediteur { actor: Actor::Systeme, racine: racine.into(), langue: langue.into(), json: false }
    }

    #[test]
    fn a_page_is_told_what_to_say() {
        let id = JobId(Uuid::nil());
        let said = |page: &str| expediteur("", "").said(page, id).replace(&id.to_string(), "1");
        assert_eq!(said("/clients/2"), "/clients/2?fait=1");
        assert_eq!(said("/clients/2?onglet=note#ajouter"), "/clients/2?onglet=note&fait=1#ajouter");
        let anglais = expediteur("/portail/x", "langue=en").said("/portail/x#support", id);
        assert_eq!(anglais, format!("/portail/x?fait={id}&langue=en#support"));
    }
}
