//! `GET /api/openapi.json`: what can be asked of this API, for programs and those who write them.
//!
//! A table of operations and the shapes that they take and give. It is written by hand, and the tests hold it
//! against the URL table, against every answer that they are given, and against every field that is read.

mod operations;
mod schemas;

use std::sync::LazyLock;

use axum::http::header::{self, CACHE_CONTROL, CONTENT_TYPE, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The document, which is the same for everybody until the next version.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// Tells it from the next version's.
static ETAG: LazyLock<String> =
    LazyLock::new(|| format!("\"{}\"", hex::encode(Sha256::digest(DOCUMENT.as_bytes()))));

/// `GET /api/openapi.json`. 304 for who has it already.
pub async fn show(headers: HeaderMap) -> Response {
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let told = [(header::ETAG, ETAG.as_str()), (CACHE_CONTROL, "public, no-cache")];
    if known.is_some_and(|known| known.contains(ETAG.as_str())) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    (told, [(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// The document.
pub fn document() -> Value {
    let mut paths = Map::new();
    let mut tags = Vec::new();
    for (tag, description, operations) in operations::all() {
        tags.push(json!({ "name": tag, "description": description }));
        for operation in operations {
            let path = paths.entry(operation.path).or_insert_with(|| json!({}));
            let method = operation.method;
            path[method] = operation.described(tag);
        }
    }
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Guichet",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A freelancer's back-office with a client portal.",
            "description": "Every write is a job: it answers 202 with the job's address or, for who sends \
                            `Prefer: wait=N`, what became of it.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "session": [] }, { "bearer": [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-guichet_session",
                    "description": "From `POST /api/connexion` (over plain http its name is `guichet_session`). With it \
                                    a write says where it comes from: `Origin`, with the instance's own address.",
                },
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token for scripts, made in the settings: no cookie, no `Origin`.",
                },
            },
            "parameters": operations::parameters(),
            "responses": operations::responses(),
            "schemas": schemas::all(),
        },
    })
}
