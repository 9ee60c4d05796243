//! `GET /api/openapi.json`: what can be asked of this API, for programs and those who write them.
//!
//! A table of operations and the shapes that they take and give. It is written by hand, and the tests hold it
//! against the URL table, against every answer that they are given, and against every field that is read.

mod operations;
mod schemas;

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

/// The document, which is the same for everybody until the next version.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// `GET /api/openapi.json`
pub async fn show() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, DOCUMENT.as_str())
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
