//! The static files: embedded, compressed once, served under the hash of their content for ever.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use minijinja::{Error, ErrorKind};
use sha2::{Digest, Sha256};

use crate::problem::AppError;

/// A static file.
struct Asset {
    /// Where pages find it: `/assets/{hash}/{name}`.
    url: String,
    content_type: &'static str,
    plain: Bytes,
    gzip: Bytes,
}

impl Asset {
    fn new(name: &str, content_type: &'static str, plain: &'static [u8]) -> Self {
        let hash = hex::encode(&Sha256::digest(plain)[..8]);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing into memory does not fail; were it to, the file would travel uncompressed.
        let gzip = encoder.write_all(plain).and_then(|()| encoder.finish());
        Self {
            url: format!("/assets/{hash}/{name}"),
            content_type,
            plain: Bytes::from_static(plain),
            gzip: gzip.unwrap_or_default().into(),
        }
    }
}

static ASSETS: LazyLock<BTreeMap<&'static str, Asset>> = LazyLock::new(|| {
    [
        (
            "guichet.css",
            "text/css; charset=utf-8",
            &include_bytes!("../../../templates/assets/guichet.css")[..],
        ),
        (
            "guichet.js",
            "text/javascript; charset=utf-8",
            &include_bytes!("../../../templates/assets/guichet.js")[..],
        ),
        (
            "recherche.js",
            "text/javascript; charset=utf-8",
            &include_bytes!("../../../templates/assets/recherche.js")[..],
        ),
    ]
    .into_iter()
    .map(|(name, content_type, plain)| (name, Asset::new(name, content_type, plain)))
    .collect()
});

/// `asset("guichet.css")` in templates: where the file is served.
pub(super) fn url(name: &str) -> Result<String, Error> {
    ASSETS
        .get(name)
        .map(|asset| asset.url.clone())
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no asset {name}")))
}

/// The names of the icons in the sprite.
pub fn icons() -> Vec<&'static str> {
    const SPRITE: &str = include_str!("../../../templates/icones.html");
    SPRITE.split(r#"<symbol id="i-"#).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// `GET /assets/{hash}/{name}`: the file, for ever. A hash that is not its own is 404, so that an old
/// page never keeps a new file under an old name.
pub async fn serve(
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    // A path that is not even text is no file's either.
    let Path((hash, name)) = path.map_err(|_| AppError::NotFound)?;
    let asset = ASSETS.get(name.as_str()).filter(|asset| asset.url == format!("/assets/{hash}/{name}"));
    let asset = asset.ok_or(AppError::NotFound)?;
    let accepts_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|it| it.trim().starts_with("gzip")));
    let common = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "Accept-Encoding"),
    ];
    Ok(if accepts_gzip && !asset.gzip.is_empty() {
        (common, [(header::CONTENT_ENCODING, "gzip")], asset.gzip.clone()).into_response()
    } else {
        (common, asset.plain.clone()).into_response()
    })
}
