//! Passwords: argon2id, on threads of their own, a few at once.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;
use crate::probleme::Erreur;

/// The least characters of a new password.
pub const LONGUEUR_MIN: usize = 12;

/// Hashes a password, in PHC form. Same password and salt give the same text.
pub async fn hash(app: &App, mot_de_passe: SecretString, sel: [u8; 16]) -> Result<String, Erreur> {
    on_own_thread(app, move || hash_blocking(&mot_de_passe, &sel)).await
}

/// Whether a password is the one that `hash` was made of. Without a hash (nobody has that address) the
/// same work is done, so that the time it takes tells nothing.
pub async fn verify(app: &App, mot_de_passe: SecretString, hash: Option<String>) -> Result<bool, Erreur> {
    on_own_thread(app, move || {
        let hash = match &hash {
            Some(hash) => hash,
            None => LEURRE.as_ref().map_err(|erreur| anyhow::anyhow!("{erreur:#}"))?,
        };
        let hash =
            PasswordHash::new(hash).map_err(|erreur| anyhow::anyhow!("a stored password hash: {erreur}"))?;
        let mot_de_passe = mot_de_passe.expose_secret().as_bytes();
        Ok(Argon2::default().verify_password(mot_de_passe, &hash).is_ok())
    })
    .await
}

/// A hash to compare with where there is none. What it was made of does not matter: nobody's account hangs
/// on it.
static LEURRE: LazyLock<anyhow::Result<String>> =
    LazyLock::new(|| hash_blocking(&SecretString::from("personne"), &[0; 16]));

fn hash_blocking(mot_de_passe: &SecretString, sel: &[u8]) -> anyhow::Result<String> {
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(mot_de_passe.expose_secret().as_bytes(), sel)
        .map_err(|erreur| anyhow::anyhow!("argon2: {erreur}"))?;
    Ok(hash.to_string())
}

async fn on_own_thread<T: Send + 'static>(
    app: &App,
    travail: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, Erreur> {
    let _place = app.hachages.acquire().await.map_err(|erreur| Erreur::Interne(erreur.into()))?;
    let fait = tokio::task::spawn_blocking(travail).await.map_err(|erreur| Erreur::Interne(erreur.into()))?;
    fait.map_err(Erreur::Interne)
}
