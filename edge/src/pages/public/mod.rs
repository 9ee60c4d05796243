//! The pages that clients open by a private link: no account, no cookie.

pub mod payer;
pub mod portail;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::{Langue, StatutJob};
use common::job::{Actor, JobId};
use minijinja::{Value, context};
use uuid::Uuid;

use super::contexte;
use super::envoi::Expediteur;
use super::formulaire::Formulaires;
use super::html;
use super::params::Params;
use crate::app::App;
use crate::champs::Champs;
use crate::probleme::Erreur;
use crate::queries;
use crate::rendu::Cadre;

/// A client at one of their pages.
#[derive(Clone)]
pub struct Public {
    /// Settings, connections and clock.
    pub app: App,
    /// How they read.
    pub cadre: Cadre,
    /// The query string.
    pub params: Params,
    /// The path that the private link opens.
    pub chemin: String,
    /// Whom they deal with.
    pub freelance_nom: String,
    /// The Stripe key's mode; none: payments are not configured.
    pub stripe_livemode: Option<bool>,
    /// As whom their jobs run.
    pub actor: Actor,
    /// Whether the page's own script asks.
    pub json: bool,
}

impl Public {
    /// The language that was chosen by hand (`?langue=`), else the one that the freelancer noted.
    fn langue(params: &Params, notee: Langue) -> Langue {
        params.parse("langue").unwrap_or(notee)
    }

    /// What keeps that choice from page to page, without a cookie: `langue=en`, or nothing.
    fn choix_langue(&self) -> String {
        self.params.parse::<Langue>("langue").map(|langue| format!("langue={langue}")).unwrap_or_default()
    }

    /// Renders one of the pages; `ici` is its own path.
    async fn page(
        &self,
        template: &str,
        ici: &str,
        statut: StatusCode,
        contexte: Value,
    ) -> Result<Response, Erreur> {
        let choix = self.choix_langue();
        let public = contexte! {
            freelanceNom => self.freelance_nom,
            stripeLivemode => self.stripe_livemode,
            chemin => ici,
            q => if choix.is_empty() { choix } else { format!("?{choix}") },
        };
        let fait = self.done().await?;
        html(template, &self.cadre, statut, context! { public, fait, ..contexte })
    }

    /// What was just done, if the address says so and it is true.
    async fn done(&self) -> Result<Option<String>, Erreur> {
        let Some(id) = self.params.parse::<Uuid>("fait") else {
            return Ok(None);
        };
        let job = queries::job::find(&self.app.pool, &self.actor, JobId(id)).await?;
        Ok(job.filter(|job| job.statut == StatutJob::Termine).map(|job| job.r#type))
    }

    fn expediteur(&self) -> Expediteur {
        Expediteur {
            actor: self.actor,
            racine: self.chemin.clone(),
            langue: self.choix_langue(),
            json: self.json,
        }
    }

    /// An error in the client's words: what is ours to know stays with us.
    fn phrase(&self, erreur: &Erreur) -> String {
        let interne = ["opportunite-", "stripe-", "paiements-", "job-"]
            .iter()
            .any(|prefixe| erreur.code().starts_with(prefixe));
        if interne {
            crate::rendu::erreur(self.cadre.langue, "inattendue", &BTreeMap::new())
        } else {
            erreur.probleme(self.cadre.langue).detail().to_owned()
        }
    }

    /// The answer to a form, or the page again if its sender can mend what was refused.
    async fn or_again(
        &self,
        envoi: Result<Response, Erreur>,
        formulaire: &'static str,
        champs: &Champs,
        page: impl AsyncFnOnce(StatusCode, Formulaires) -> Result<Response, Erreur>,
    ) -> Result<Response, Erreur> {
        match envoi {
            Err(erreur) if erreur.est_corrigible() && erreur.status() != StatusCode::NOT_FOUND => {
                let formulaires = Formulaires::refused(formulaire, champs, &erreur, self.cadre.langue);
                page(erreur.status(), formulaires).await
            }
            envoi => envoi,
        }
    }
}
