//! A form as its template shows it: fresh, or again after a refusal with what was typed.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::Langue;
use serde::Serialize;
use uuid::Uuid;

use super::fresh_key;
use crate::fields::Fields;
use crate::problem::AppError;
use crate::render::text;

/// What a form's fields hold, by name.
pub type Values = BTreeMap<String, String>;

/// A form's fields filled from pairs; those without a value stay empty.
pub fn values<const N: usize>(fields: [(&str, Option<String>); N]) -> Values {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// One form of a page: the context of its template, hence the names.
#[derive(Debug, Clone, Serialize)]
pub struct Form {
    /// Its name within the page: the beginning of its fields' ids.
    pub nom: &'static str,
    /// The hidden key that makes sending it twice one wish.
    pub cle: String,
    /// What its fields hold.
    pub saisie: Values,
    /// What is wrong with which field.
    pub erreurs: BTreeMap<String, String>,
    /// What is wrong with the whole, or with a field that the form does not show.
    pub erreur: Option<String>,
}

impl Form {
    /// The client that its field `clientId` names.
    pub fn client_id(&self) -> Option<Uuid> {
        self.saisie.get("clientId")?.parse().ok()
    }
}

/// The forms of a page, one of which may have been refused.
#[derive(Debug, Clone)]
pub struct Forms {
    key: String,
    refused: Option<Form>,
}

impl Default for Forms {
    /// A page that is shown for the first time.
    fn default() -> Self {
        Self { key: fresh_key(), refused: None }
    }
}

impl Forms {
    /// The page again, after `nom` was refused. Its key is fresh: sent back corrected it is a new wish.
    pub fn refused(nom: &'static str, fields: &Fields, error: &AppError, langue: Langue) -> Self {
        let values = fields.typed();
        let mut wrong = BTreeMap::new();
        let mut rest = None;
        for refus in error.refus() {
            let phrase = text::refus(langue, refus);
            match &refus.champ {
                Some(champ) if values.contains_key(champ) || champ.starts_with("motDePasse") => {
                    wrong.entry(champ.clone()).or_insert(phrase);
                }
                _ => rest = Some(phrase),
            }
        }
        let whole = match rest {
            None if wrong.is_empty() => Some(error.phrase(langue)),
            rest => rest,
        };
        let key = fresh_key();
        let refused = Some(Form { nom, cle: key.clone(), saisie: values, erreurs: wrong, erreur: whole });
        Self { key, refused }
    }

    /// The form of that name: as it was refused, else fresh with `default` in its fields.
    pub fn get(&self, nom: &'static str, default: Values) -> Form {
        self.refused.as_ref().filter(|refused| refused.nom == nom).cloned().unwrap_or_else(|| Form {
            nom,
            cle: self.key.clone(),
            saisie: default,
            erreurs: BTreeMap::new(),
            erreur: None,
        })
    }

    /// Whether the form of that name was refused, and must be in sight.
    pub fn is_refused(&self, nom: &str) -> bool {
        self.refused.as_ref().is_some_and(|refused| refused.nom == nom)
    }
}

/// The answer to the form of that name, or `page` again if its sender can mend what was refused.
pub async fn or_again(
    sent: Result<Response, AppError>,
    nom: &'static str,
    fields: &Fields,
    langue: Langue,
    page: impl AsyncFnOnce(StatusCode, Forms) -> Result<Response, AppError>,
) -> Result<Response, AppError> {
    match sent {
        Err(error) if error.is_correctable() && error.status() != StatusCode::NOT_FOUND => {
            let forms = Forms::refused(nom, fields, &error, langue);
            page(error.status(), forms).await
        }
        sent => sent,
    }
}
