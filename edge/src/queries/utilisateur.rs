//! The freelancers who sign in, and what the instance as a whole knows.

use chrono::{DateTime, Utc};
use common::domaine::Langue;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

/// A signed-in freelancer, as their session needs them.
#[derive(Debug, Clone)]
pub struct Utilisateur {
    /// Their id.
    pub id: Uuid,
    /// The name that clients read.
    pub nom: String,
    /// The language of their pages.
    pub langue: Langue,
    /// Their time zone, by its IANA name.
    pub fuseau: String,
    /// Whether they see what concerns the whole instance.
    pub administrateur: bool,
    /// Tells one password from the next: a digest of its hash.
    pub password_mark: String,
}

/// What sign-in compares a password with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Whose they are.
    pub id: Uuid,
    /// An argon2id hash in PHC form.
    pub mot_de_passe_hash: String,
    /// Tells one password from the next: a digest of its hash.
    pub password_mark: String,
}

/// The instance's one row.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// The Stripe key's mode; none: payments are not configured.
    pub stripe_livemode: Option<bool>,
    /// Whether the worker has a mail server.
    pub smtp: bool,
}

/// Reads a freelancer.
pub async fn find(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Utilisateur>> {
    sqlx::query_as!(
        Utilisateur,
        r#"SELECT id, nom, langue as "langue: Langue", fuseau, administrateur,
                  encode(sha256(convert_to(mot_de_passe_hash, 'UTF8')), 'hex') as "password_mark!"
             FROM utilisateur WHERE id = $1"#,
        id,
    )
    .fetch_optional(pool)
    .await
}

/// Finds who signs in with an address, in whatever case it was typed.
pub async fn credentials(pool: &PgPool, email: &str) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"SELECT id, mot_de_passe_hash,
                  encode(sha256(convert_to(mot_de_passe_hash, 'UTF8')), 'hex') as "password_mark!"
             FROM utilisateur WHERE lower(email) = lower($1)"#,
        email,
    )
    .fetch_optional(pool)
    .await
}

/// A freelancer's own account.
#[derive(Debug, Clone, Serialize)]
pub struct Profil {
    /// Their id.
    pub id: Uuid,
    /// What they sign in with.
    pub email: String,
    /// The name that clients read.
    pub nom: String,
    /// The language of their pages and mails.
    pub langue: Langue,
    /// Their time zone, by its IANA name.
    pub fuseau: String,
    /// The colour at the head of their clients' pages, as `#rrggbb`; none.
    pub couleur: Option<String>,
}

/// Reads a freelancer's own account.
pub async fn profil(pool: &PgPool, utilisateur_id: Uuid) -> sqlx::Result<Profil> {
    sqlx::query_as!(
        Profil,
        r#"SELECT id, email, nom, langue as "langue: Langue", fuseau, couleur FROM utilisateur WHERE id = $1"#,
        utilisateur_id,
    )
    .fetch_one(pool)
    .await
}

/// What a freelancer's password is compared with.
pub async fn password_hash(pool: &PgPool, utilisateur_id: Uuid) -> sqlx::Result<String> {
    sqlx::query_scalar!("SELECT mot_de_passe_hash FROM utilisateur WHERE id = $1", utilisateur_id)
        .fetch_one(pool)
        .await
}

/// When Stripe last reached the webhook.
pub async fn dernier_webhook(pool: &PgPool) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT max(date_reception) FROM evenement_stripe WHERE source = 'webhook'")
        .fetch_one(pool)
        .await
}

/// The address of the account whose forgotten password the link with this hash still sets anew.
pub async fn oubli_email(
    pool: &PgPool,
    jeton_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT email FROM utilisateur WHERE oubli_hash = $1 AND oubli_expiration > $2",
        jeton_hash,
        now,
    )
    .fetch_optional(pool)
    .await
}

/// Reads what the instance knows.
pub async fn instance(pool: &PgPool) -> sqlx::Result<Instance> {
    sqlx::query_as!(Instance, "SELECT stripe_livemode, smtp FROM instance").fetch_one(pool).await
}

/// Whether the one-time set-up link with this hash still opens.
pub async fn installation_is_open(pool: &PgPool, jeton_hash: &[u8]) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM instance WHERE installation_hash = $1)
              AND NOT EXISTS (SELECT 1 FROM utilisateur) as "ouverte!""#,
        jeton_hash,
    )
    .fetch_one(pool)
    .await
}
