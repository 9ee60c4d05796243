//! Passwords: argon2id, on threads of their own, a few at once.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use common::jeton::Jeton;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::problem::AppError;

/// Hashes a password, in PHC form. Same password and salt give the same text.
pub async fn hash(app: &App, password: SecretString, salt: [u8; 16]) -> Result<String, AppError> {
    on_own_thread(app, move || hash_blocking(&password, &salt)).await
}

/// A salt that a form under a one-time link finds again when it is sent twice: were it drawn anew, the second would
/// be another wish. The link is random, secret and used once, so the salt is nobody else's.
pub fn salt(jeton: &Jeton) -> [u8; 16] {
    let digest = Sha256::new_with_prefix("guichet:sel:").chain_update(jeton.expose()).finalize();
    let mut salt = [0; 16];
    salt.copy_from_slice(&digest[..16]);
    salt
}

/// Whether a password is the one that `hash` was made of. Without a hash (nobody has that address) the
/// same work is done, so that the time it takes tells nothing.
pub async fn verify(app: &App, password: SecretString, hash: Option<String>) -> Result<bool, AppError> {
    on_own_thread(app, move || {
        let hash = match &hash {
            Some(hash) => hash,
            None => DECOY.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?,
        };
        let hash =
            PasswordHash::new(hash).map_err(|error| anyhow::anyhow!("a stored password hash: {error}"))?;
        let password = password.expose_secret().as_bytes();
        Ok(Argon2::default().verify_password(password, &hash).is_ok())
    })
    .await
}

/// A hash to compare with where there is none. What it was made of does not matter: nobody's account hangs
/// on it.
static DECOY: LazyLock<anyhow::Result<String>> =
    LazyLock::new(|| hash_blocking(&SecretString::from("personne"), &[0; 16]));

fn hash_blocking(password: &SecretString, salt: &[u8]) -> anyhow::Result<String> {
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.expose_secret().as_bytes(), salt)
        .map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(hash.to_string())
}

async fn on_own_thread<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, AppError> {
    let _place = app.hashing.acquire().await.map_err(|error| AppError::Internal(error.into()))?;
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| AppError::Internal(error.into()))?;
    done.map_err(AppError::Internal)
}
