//! What the worker says when it starts: its key's mode and whether it can mail to the edge, the set-up link to the operator.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use common::jeton::{INSTALLATION_BYTES, Jeton};
use common::lien::PublicUrl;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::cx::Shared;

/// The least server that has what the schema uses.
pub(crate) const LEAST_POSTGRES: i32 = 140_000;

/// Publishes what the edge needs to know, as soon as Postgres answers; tries again until it does.
///
/// # Errors
/// When the server is older than what the schema needs: the process is to end.
pub async fn announce(shared: Arc<Shared>, stop: CancellationToken) -> anyhow::Result<()> {
    let mut wait = Duration::from_millis(200);
    while let Err(error) = try_announce(&shared).await {
        if error.is::<PostgresTooOld>() {
            return Err(error);
        }
        tracing::warn!("Postgres is not ready: {error:#}");
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(Duration::from_secs(5)),
        }
    }
    Ok(())
}

/// The server lacks what the schema uses.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL 14 or newer is needed, this is {0}")]
struct PostgresTooOld(String);

async fn try_announce(shared: &Shared) -> anyhow::Result<()> {
    let server = sqlx::query!(
        r#"SELECT current_setting('server_version_num')::int AS "number!", current_setting('server_version') AS "version!""#
    )
    .fetch_one(&shared.pool)
    .await?;
    if server.number < LEAST_POSTGRES {
        return Err(PostgresTooOld(server.version).into());
    }
    let livemode = shared.stripe.as_ref().map(crate::integrations::stripe::Stripe::livemode);
    sqlx::query!("UPDATE instance SET stripe_livemode = $1, smtp = $2", livemode, shared.smtp.is_some())
        .execute(&shared.pool)
        .await
        .context("is the schema there? (worker migrate)")?;
    match livemode {
        Some(true) => tracing::info!("Stripe: live mode"),
        Some(false) => tracing::info!("Stripe: TEST MODE"),
        None => tracing::warn!("Stripe: STRIPE_SECRET_KEY is unset, payments are not configured"),
    }
    print_installation_link(shared).await
}

/// While there is nobody to sign in and no link was drawn, draws one and shows it once, here. A link that
/// was mailed to somebody outlives restarts and further workers.
async fn print_installation_link(shared: &Shared) -> anyhow::Result<()> {
    draw_installation_link(&shared.pool, &shared.public_url, false).await
}

/// Draws the one-time set-up link and shows it; with `again`, also in place of one that was drawn before.
/// Does nothing once somebody can sign in.
pub async fn draw_installation_link(
    pool: &PgPool,
    public_url: &PublicUrl,
    again: bool,
) -> anyhow::Result<()> {
    let jeton = Jeton::generate::<INSTALLATION_BYTES>(&mut UnwrapErr(SysRng));
    let drawn = sqlx::query!(
        "UPDATE instance SET installation_hash = $1
         WHERE (installation_hash IS NULL OR $2) AND NOT EXISTS (SELECT FROM utilisateur)",
        jeton.hash(),
        again
    )
    .execute(pool)
    .await?;
    if drawn.rows_affected() == 1 {
        show(&format!("Guichet: create the first account at {}", public_url.installation(&jeton)));
    }
    Ok(())
}

/// On standard output, where no log line goes: the link is a secret until it is used.
#[expect(clippy::print_stdout, reason = "the operator reads it here")]
fn show(line: &str) {
    println!("{line}");
}
