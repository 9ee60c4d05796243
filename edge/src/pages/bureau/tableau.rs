//! `/`

use axum::http::StatusCode;
use axum::response::Response;
use chrono::Datelike;

use super::Bureau;
use crate::pages::contexte;
use crate::pages::formulaire::{Formulaires, Saisie};
use crate::probleme::Erreur;
use crate::queries::tableau;
use crate::rendu::format::debut;

/// `GET /`
pub async fn show(bureau: Bureau) -> Result<Response, Erreur> {
    let (app, cadre) = (&bureau.app, &bureau.cadre);
    let aujourdhui = cadre.aujourdhui();
    let premier = aujourdhui.with_day(1).unwrap_or(aujourdhui);
    let mois = debut(premier, cadre.fuseau);
    let tableau = tableau::read(&app.pool, bureau.moi.id, aujourdhui, mois, &app.liens).await?;
    let f = Formulaires::default().get("lien", Saisie::new());
    bureau.page("tableau.html", "tableau", StatusCode::OK, contexte! { tableau, f }).await
}
