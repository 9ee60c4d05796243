//! The first freelancer, by the one-time set-up link.

use common::jeton::Jeton;
use common::jobs::CreateUtilisateur;
use common::refus::Refus;
use common::settings::PASSWORD_LENGTH;

use super::LINE_MAX;
use crate::app::App;
use crate::fields::Fields;
use crate::limits::{self, Address, Rule};
use crate::password;
use crate::problem::AppError;
use crate::queries;

/// `{ nom, email, motDePasse }`, under a link that must still be open. The password is hashed here and
/// goes no further.
pub async fn create_utilisateur(
    app: &App,
    address: Address,
    jeton: &Jeton,
    fields: &mut Fields,
) -> Result<CreateUtilisateur, AppError> {
    limits::count(app, &[Rule::Installation(address)]).await?;
    if !queries::utilisateur::installation_is_open(&app.pool, &jeton.hash()).await? {
        return Err(AppError::DeadSetup);
    }
    let nom = fields.text("nom", LINE_MAX);
    let email = fields.email("email");
    if !email.is_ascii() {
        // Sign-in knows none such.
        fields.refuse(Refus::invalid("email", "email-invalide"));
    }
    let password = fields.password("motDePasse", *PASSWORD_LENGTH.start());
    fields.finish(())?;
    Ok(CreateUtilisateur {
        jeton_hash: hex::encode(jeton.hash()),
        nom,
        email,
        mot_de_passe_hash: password::hash(app, password, password::salt(jeton)).await?,
    })
}
