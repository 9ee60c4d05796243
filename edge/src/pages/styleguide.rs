//! `/styleguide`: every component in every state, out of the templates that pages are made of. Served where
//! the setting says so: in the demo.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use common::domaine::{StatutPaiement, StatutTicket};
use minijinja::Value;
use serde_json::json;

use super::form::{Form, Values};
use super::{html, page_context};
use crate::app::App;
use crate::problem::AppError;
use crate::reader::Reader;
use crate::render::{Cadre, assets, text};

/// `GET /styleguide`
pub async fn show(State(app): State<App>, reader: Reader) -> Result<Response, AppError> {
    let cadre = Cadre { langue: reader.langue(), fuseau: chrono_tz::Europe::Paris, maintenant: app.now() };
    html("styleguide.html", &cadre, StatusCode::OK, page(&cadre))
}

/// The page's context.
pub fn page(cadre: &Cadre) -> Value {
    let necessary = text::error(cadre.langue, "champ-requis", &BTreeMap::new());
    let form =
        |nom, erreurs, erreur| Form { nom, cle: String::new(), saisie: Values::new(), erreurs, erreur };
    let refused = ["sujet", "typeTicket", "description"].map(|champ| (champ.to_owned(), necessary.clone()));
    let e = json!({
        "statutsPaiement": StatutPaiement::ALL, "statutsTicket": StatutTicket::ALL, "date": cadre.maintenant,
        "titre": "Refonte du site de vente", "client": "Librairie Vasseur",
        "message": "Bonjour Claire,\nles épreuves sont arrivées.",
        "sommes": [{ "montant": "1200.50", "devise": "EUR" }, { "montant": "20", "devise": "CHF" }],
    });
    page_context! {
        e,
        f => form("f", BTreeMap::new(), None),
        refuse => form("refuse", refused.into(), Some(necessary)),
        icones => assets::icons(),
    }
}
