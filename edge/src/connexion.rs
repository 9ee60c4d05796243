//! Signing in and out: answered at once, no jobs.

use secrecy::SecretString;

use crate::app::App;
use crate::fields::Fields;
use crate::limits::{self, Address, Rule};
use crate::password;
use crate::problem::AppError;
use crate::queries;
use crate::session::{self, Cookie, SetSession};

/// Opens a session for `{ email, motDePasse }`. A wrong password and an unknown address answer the same,
/// after the same work. A field of the caller's own (`next`) must have been read before.
pub async fn sign_in(
    app: &App,
    address: Address,
    old: Cookie,
    fields: &mut Fields,
) -> Result<SetSession, AppError> {
    let email = fields.text("email", 254);
    let password: SecretString = fields.password("motDePasse", 1);
    fields.finish(())?;
    let account = Rule::ConnexionByEmail(&email, address);
    let rules = [account, Rule::ConnexionByEmailAnywhere(&email), Rule::ConnexionByAddress(address)];
    limits::count(app, &rules).await?;
    // No account has an address beyond ASCII, and the database folds more letters than the counter does:
    // such an address would be another way to the same account, past its limit.
    let credentials =
        if email.is_ascii() { queries::utilisateur::credentials(&app.pool, &email).await? } else { None };
    let hash = credentials.as_ref().map(|found| found.mot_de_passe_hash.clone());
    let valid = password::verify(app, password, hash).await?;
    match credentials {
        Some(credentials) if valid => {
            limits::forget(app, account).await;
            session::open(app, &credentials, old).await
        }
        _ => Err(AppError::Credentials),
    }
}
