//! `/logos/{empreinte}`: the freelancers' logos, for whoever is shown a page with one.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use common::domaine::FormatLogo;

use crate::app::App;
use crate::problem::AppError;
use crate::queries::logo;

/// `GET /logos/{empreinte}`: the file. Another one has another address, so that it may be kept for ever.
pub async fn show(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, AppError> {
    // A path that is not even text is no file's either.
    let Path(empreinte) = path.map_err(|_| AppError::NotFound)?;
    let fichier = logo::fichier(&app.pool, &empreinte).await?.ok_or(AppError::NotFound)?;
    let content_type = match fichier.format {
        FormatLogo::Png => "image/png",
        FormatLogo::Jpeg => "image/jpeg",
        FormatLogo::Webp => "image/webp",
    };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, fichier.octets).into_response())
}
