//! `worker create-user` and `worker reset-password`: accounts by the operator's hand, in this process.

use std::io::Read as _;

use anyhow::{Context as _, bail, ensure};
use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use common::settings::{PASSWORD_LENGTH, PASSWORD_VARIETY, is_varied};
use sqlx::PgPool;
use uuid::ContextV7;

use crate::cx::new_id_at;

/// Makes an account. The password is the first line of standard input. The first account is always an
/// administrator's: somebody must see `/operations`.
pub async fn create(pool: &PgPool, email: &str, nom: &str, administrateur: bool) -> anyhow::Result<()> {
    let plain = email.is_ascii() && email.contains('@') && email.len() <= 254;
    ensure!(plain, "--email: not an address in ASCII");
    ensure!(!nom.trim().is_empty() && nom.chars().count() <= 200, "--nom: 1 to 200 characters");
    let hash = hash_password(&read_password()?)?;
    let now = crate::clock();
    let id = new_id_at(&ContextV7::new(), now);
    let inserted = sqlx::query!(
        "INSERT INTO utilisateur (id, email, nom, mot_de_passe_hash, administrateur, date_creation)
         VALUES ($1, $2, $3, $4, $5 OR NOT EXISTS (SELECT FROM utilisateur), $6)
         ON CONFLICT DO NOTHING",
        id,
        email.trim(),
        nom.trim(),
        hash,
        administrateur,
        now
    )
    .execute(pool)
    .await
    .context("DATABASE_URL")?;
    ensure!(inserted.rows_affected() == 1, "--email: this address has an account");
    // Whoever holds an old set-up link comes too late.
    sqlx::query!("UPDATE instance SET installation_hash = NULL").execute(pool).await?;
    tracing::info!("the account is made");
    Ok(())
}

/// Gives an account a new password, the first line of standard input. Its sessions and API tokens end.
pub async fn reset_password(pool: &PgPool, email: &str) -> anyhow::Result<()> {
    let hash = hash_password(&read_password()?)?;
    let mut tx = pool.begin().await.context("DATABASE_URL")?;
    let id = sqlx::query_scalar!(
        "UPDATE utilisateur SET mot_de_passe_hash = $2 WHERE lower(email) = lower($1) RETURNING id",
        email.trim(),
        hash
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = id else { bail!("--email: no account has this address") };
    // Whoever had the password may have made tokens with it.
    sqlx::query!("DELETE FROM jeton_api WHERE utilisateur_id = $1", id).execute(&mut *tx).await?;
    tx.commit().await?;
    tracing::info!("the password is changed");
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("the password is read from standard input")?;
    let password = text.lines().next().unwrap_or_default().to_owned();
    let length = password.chars().count();
    ensure!(
        PASSWORD_LENGTH.contains(&length),
        "the password needs {} to {} characters",
        PASSWORD_LENGTH.start(),
        PASSWORD_LENGTH.end()
    );
    ensure!(is_varied(&password), "the password needs {PASSWORD_VARIETY} different characters");
    Ok(password)
}

fn hash_password(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.map_err(|error| anyhow::anyhow!("argon2: {error}"))?.to_string())
}
