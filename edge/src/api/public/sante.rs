//! The operator's probes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;

/// `GET /sante`: the process lives. Asks nobody, so that a database's fall does not restart the edge.
pub async fn live() -> impl IntoResponse {
    Json(json!({ "statut": "ok" }))
}

/// `GET /pret`: Postgres and Redis answer; else 503, and which one does not.
pub async fn ready(State(app): State<App>) -> Response {
    let postgres = async { sqlx::query_scalar!(r#"SELECT 1 as "un!""#).fetch_one(&app.pool).await.is_ok() };
    let redis = async { app.store.ping().await.is_ok() };
    let (postgres, redis) = tokio::join!(postgres, redis);
    let body = Json(json!({ "postgres": postgres, "redis": redis }));
    if postgres && redis {
        body.into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], body).into_response()
    }
}
