//! The pages that clients open by a private link: no account, no cookie.

pub mod logos;
pub mod payer;
pub mod portail;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::Langue;
use common::job::Actor;
use minijinja::{Value, context};

use super::html;
use super::page_context;
use super::params::Params;
use super::submission::{Sender, done};
use crate::app::App;
use crate::problem::AppError;
use crate::queries::logo::Logo;
use crate::render::Cadre;

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
    pub path: String,
    /// Whom they deal with.
    pub freelance_nom: String,
    /// Their own colour, as `#rrggbb`.
    pub couleur: Option<String>,
    /// Their logo.
    pub logo: Option<Logo>,
    /// The Stripe key's mode; none: payments are not configured.
    pub stripe_livemode: Option<bool>,
    /// As whom their jobs run.
    pub actor: Actor,
    /// Whether the page's own script asks.
    pub json: bool,
}

impl Public {
    /// The language that was chosen by hand (`?langue=`), else the one that the freelancer noted.
    fn langue(params: &Params, noted: Langue) -> Langue {
        params.parse("langue").unwrap_or(noted)
    }

    /// What keeps that choice from page to page, without a cookie: `langue=en`, or nothing.
    fn langue_query(&self) -> String {
        self.params.parse::<Langue>("langue").map(|langue| format!("langue={langue}")).unwrap_or_default()
    }

    /// Renders one of the pages; `ici` is its own path.
    async fn page(
        &self,
        template: &str,
        ici: &str,
        status: StatusCode,
        context: Value,
    ) -> Result<Response, AppError> {
        let langue_query = self.langue_query();
        let public = page_context! {
            freelanceNom => self.freelance_nom,
            couleur => self.couleur,
            logo => self.logo,
            stripeLivemode => self.stripe_livemode,
            chemin => ici,
            garde => self.params.query(&["retour", "attente", "suite"]),
            q => if langue_query.is_empty() { langue_query } else { format!("?{langue_query}") },
        };
        let fait = done(&self.app, &self.actor, &self.params).await?;
        html(template, &self.cadre, status, context! { public, fait, ..context })
    }

    fn sender(&self) -> Sender {
        Sender {
            actor: self.actor,
            root: self.path.clone(),
            langue: self.langue_query(),
            json: self.json,
            lien: None,
            rules: Vec::new(),
        }
    }

    /// An error in the client's words: what is ours to know stays with us.
    fn phrase(&self, error: &AppError) -> String {
        let internal = ["opportunite-", "stripe-", "paiements-", "job-"]
            .iter()
            .any(|prefix| error.code().starts_with(prefix));
        if internal {
            crate::render::text::error(self.cadre.langue, "inattendue", &BTreeMap::new())
        } else {
            error.problem(self.cadre.langue).detail().to_owned()
        }
    }
}
