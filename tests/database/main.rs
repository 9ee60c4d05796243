//! The database's own guards: what the edge's role cannot do, what the worker's cannot.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

use sqlx::{Connection as _, PgConnection, Row as _};
use tests::{App, Options};

async fn deployed() -> App {
    App::start_with(Options { edge: false, workers: 0, ..Options::default() }).await
}

async fn tables(app: &App) -> Vec<String> {
    sqlx::query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        .fetch_all(&app.db)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

/// Runs a statement and says with which SQLSTATE it was refused.
async fn refusal(connection: &mut PgConnection, sql: String) -> Option<String> {
    let error = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.err()?;
    error.as_database_error().and_then(|error| error.code().map(String::from))
}

const DENIED: Option<&str> = Some("42501");

#[tokio::test]
async fn the_edge_can_write_to_no_table() {
    let app = deployed().await;
    let mut edge = PgConnection::connect(&app.postgres.edge_url("guichet")).await.unwrap();
    let tables = tables(&app).await;
    assert!(tables.len() >= 11, "{tables:?}");
    for table in &tables {
        let key: String = sqlx::query_scalar(
            "SELECT column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = $1 LIMIT 1",
        )
        .bind(table)
        .fetch_one(&app.db)
        .await
        .unwrap();
        for sql in [
            format!("INSERT INTO {table} DEFAULT VALUES"),
            format!("UPDATE {table} SET {key} = {key}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("SELECT * FROM {table} FOR UPDATE"),
            format!("DROP TABLE {table}"),
            format!("ALTER TABLE {table} ADD COLUMN x int"),
        ] {
            assert_eq!(refusal(&mut edge, sql.clone()).await.as_deref(), DENIED, "{sql}");
        }
    }
    for sql in [
        "CREATE TEMPORARY TABLE t (i int)",
        "CREATE TABLE t (i int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "COPY instance TO PROGRAM 'true'",
        "CREATE ROLE mallory",
        "SET ROLE guichet_worker",
    ] {
        assert_eq!(refusal(&mut edge, sql.into()).await.as_deref(), DENIED, "{sql}");
    }
    assert_eq!(refusal(&mut edge, "SELECT * FROM client".into()).await, None, "it reads");
}

#[tokio::test]
async fn the_edge_cannot_read_what_only_a_worker_needs() {
    let app = deployed().await;
    let mut edge = PgConnection::connect(&app.postgres.edge_url("guichet")).await.unwrap();
    for sql in [
        "SELECT cle_idempotence FROM remboursement",
        "SELECT parametres FROM session_paiement",
        "SELECT cle_idempotence FROM session_paiement",
        "SELECT * FROM _sqlx_migrations",
    ] {
        assert_eq!(refusal(&mut edge, sql.into()).await.as_deref(), DENIED, "{sql}");
    }
}

#[tokio::test]
async fn the_worker_can_neither_change_nor_delete_the_ledger() {
    let app = deployed().await;
    let mut worker = PgConnection::connect(&app.postgres.worker_url("guichet")).await.unwrap();
    for sql in [
        "UPDATE paiement SET montant_minor = 1",
        "DELETE FROM paiement",
        "TRUNCATE paiement",
        "DELETE FROM evenement_stripe",
        "UPDATE evenement_stripe SET stripe_event_id = ''",
        "UPDATE recu SET numero = 1",
        "DELETE FROM recu",
        "DROP TABLE paiement",
        "DELETE FROM instance",
        "DELETE FROM _sqlx_migrations",
    ] {
        assert_eq!(refusal(&mut worker, sql.into()).await.as_deref(), DENIED, "{sql}");
    }
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let app = deployed().await;
    let before = tables(&app).await;
    app.migrate();
    assert_eq!(tables(&app).await, before);
}
