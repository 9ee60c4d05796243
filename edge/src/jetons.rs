//! A new API token: drawn here, its hash sent to the worker, itself shown once in the answer to who asked. It is
//! kept nowhere.

use common::jeton::{API_BYTES, Jeton};
use common::refus::Refus;
use serde::Serialize;

use crate::app::App;
use crate::bearer;
use crate::commands;
use crate::fields::Fields;
use crate::pages::submission::run;
use crate::problem::AppError;
use crate::session::Utilisateur;

/// A token that was just asked for.
#[derive(Serialize)]
pub struct Nouveau {
    /// What its owner calls it.
    pub nom: String,
    /// The token itself.
    pub jeton: String,
    /// Whether it opens already. If not, its job is queued, and it does as soon as it stands in the list.
    pub pret: bool,
}

/// Makes a token for `{ nom }`. Sent twice under one key the second is refused: the token was shown already.
pub async fn create(
    app: &App,
    me: &Utilisateur,
    key: Option<&str>,
    fields: &mut Fields,
) -> Result<Nouveau, AppError> {
    let jeton = Jeton::generate::<API_BYTES>(&mut rand::rng());
    let job = commands::create_jeton_api(fields, &jeton)?;
    match run(app, &me.actor(), key, &job).await {
        Ok(pret) => Ok(Nouveau { nom: job.nom, jeton: bearer::text(&jeton), pret }),
        // Another token is another payload.
        Err(AppError::KeyReused) => Err(Refus::conflict("jeton-deja-montre").into()),
        Err(error) => Err(error),
    }
}
