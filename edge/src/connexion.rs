//! Signing in, ending sessions: answered at once, no jobs. A new password is a job, and a new session.

use secrecy::SecretString;

use crate::app::App;
use crate::commands;
use crate::fields::Fields;
use crate::limits::{self, Address, Rule};
use crate::pages::submission::finish;
use crate::password;
use crate::problem::AppError;
use crate::queries;
use crate::session::{self, Appareil, Cookie, SetSession, Utilisateur};

/// Opens a session for `{ email, motDePasse }`. A wrong password and an unknown address answer the same,
/// after the same work. A field of the caller's own (`next`) must have been read before.
pub async fn sign_in(
    app: &App,
    address: Address,
    old: Cookie,
    appareil: &Appareil,
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
            session::open(app, credentials.id, &credentials.password_mark, old, appareil).await
        }
        _ => Err(AppError::Credentials),
    }
}

/// Replaces the password by `{ motDePasseActuel, motDePasse }`. All sessions end with the old one; the caller is
/// given a new one.
pub async fn change_password(
    app: &App,
    me: &Utilisateur,
    old: Cookie,
    appareil: &Appareil,
    fields: &mut Fields,
) -> Result<SetSession, AppError> {
    let job = commands::update_mot_de_passe(app, me, fields).await?;
    // No key: what is sent again meets another password.
    finish(app, &me.actor(), None, &job).await?;
    let found = queries::utilisateur::find(&app.pool, me.id).await?.ok_or(AppError::NotSignedIn)?;
    session::open(app, me.id, &found.password_mark, old, appareil).await
}

/// Ends one of the freelancer's sessions, or all but the one that asks.
pub async fn close_sessions(app: &App, me: &Utilisateur, session: Option<&str>) -> Result<(), AppError> {
    let open = session::open_sessions(app, me).await?;
    let meant: Vec<_> = match session {
        Some(id) => open.iter().filter(|open| open.id == id).collect(),
        None => open.iter().filter(|open| !open.actuelle).collect(),
    };
    if session.is_some() && meant.is_empty() {
        return Err(AppError::NotFound);
    }
    for session in meant {
        app.store.close_session(&session.id).await?;
    }
    Ok(())
}
