//! `worker migrate`: brings the schema up to date, and makes the two database roles where it may.

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};

/// The settings of `worker migrate`.
#[derive(clap::Args, Debug, Clone)]
pub struct MigrateSettings {
    /// Postgres, as the owner of the schema.
    #[arg(long, env = "MIGRATE_DATABASE_URL", hide_env_values = true)]
    pub migrate_database_url: SecretString,
    /// The worker's connection, whose user joins the group `guichet_worker`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,
    /// The edge's connection, whose user joins the group `guichet_edge`.
    #[arg(long, env = "EDGE_DATABASE_URL", hide_env_values = true)]
    pub edge_database_url: Option<SecretString>,
}

/// Makes the roles, then applies the migrations that are missing. Can be run again at any time.
pub async fn run(settings: &MigrateSettings) -> anyhow::Result<()> {
    let url = settings.migrate_database_url.expose_secret();
    let mut connection = PgConnection::connect(url).await.context("MIGRATE_DATABASE_URL")?;
    make_roles(&mut connection, settings).await?;
    connection.close().await?;
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await?;
    sqlx::migrate!("../migrations").run(&pool).await?;
    let missing = missing_revokes(&pool).await?;
    if !missing.is_empty() {
        tracing::warn!(
            "the edge's role may still store large objects in this database. Run as a superuser, in it:\n{}",
            missing.join("\n")
        );
    }
    tracing::info!("the schema is up to date");
    Ok(())
}

/// What the owner of the schema could not revoke from the edge, as statements for a superuser.
async fn missing_revokes(pool: &PgPool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC;', p.oid::regprocedure) FROM pg_proc p
         WHERE p.pronamespace = 'pg_catalog'::regnamespace
           AND p.proname IN ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lowrite', 'lo_open', 'lo_unlink',
                             'lo_truncate', 'lo_truncate64')
           AND has_function_privilege('guichet_edge', p.oid, 'EXECUTE')
         ORDER BY 1",
    )
    .fetch_all(pool)
    .await
}

/// Creates the two groups and puts the users of the two URLs into them. Where the owner may not, prints
/// the statements for somebody who may.
async fn make_roles(connection: &mut PgConnection, settings: &MigrateSettings) -> anyhow::Result<()> {
    let mut missing: Vec<String> = Vec::new();
    for (group, url) in
        [("guichet_worker", &settings.database_url), ("guichet_edge", &settings.edge_database_url)]
    {
        if !role_exists(connection, group).await? {
            missing.push(format!("CREATE ROLE {group} NOLOGIN"));
        }
        let Some(url) = url else { continue };
        let options: PgConnectOptions =
            url.expose_secret().parse().context("DATABASE_URL or EDGE_DATABASE_URL")?;
        let user = options.get_username();
        if !is_member(connection, user, group).await? {
            missing.push(format!("GRANT {group} TO {}", quoted(user)));
        }
    }
    for statement in &missing {
        // Roles are the whole cluster's: another migration may have made them a moment ago.
        match sqlx::raw_sql(sqlx::AssertSqlSafe(statement.as_str())).execute(&mut *connection).await {
            Ok(_) => tracing::info!(statement, "done"),
            Err(sqlx::Error::Database(error))
                if matches!(error.code().as_deref(), Some("42710" | "23505")) => {}
            // 42501: only somebody else may.
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => bail!(
                "this user may not make roles ({error}). Run as a superuser, then again `worker migrate`:\n{};",
                missing.join(";\n")
            ),
            Err(error) => return Err(error).context(statement.clone()),
        }
    }
    Ok(())
}

async fn role_exists(connection: &mut PgConnection, role: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)")
        .bind(role)
        .fetch_one(connection)
        .await
}

async fn is_member(connection: &mut PgConnection, user: &str, group: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_auth_members m
                        JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
                        WHERE g.rolname = $2 AND u.rolname = $1)",
    )
    .bind(user)
    .bind(group)
    .fetch_one(connection)
    .await
}

fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_identifier_is_quoted() {
        assert_eq!(super::quoted(r#"a"; DROP ROLE b; --"#), r#""a""; DROP ROLE b; --""#);
    }
}
