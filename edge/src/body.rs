//! Reading a request's body: whole, before anybody looks at it, not more than its route takes, not slower
//! than a person on a bad line.
//!
//! An answer that comes while the sender still writes is often lost with the connection. So a body that is
//! too large is read on for a while, to be thrown away, and every refusal reaches its reader.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;

use crate::api::public::signature;
use crate::app::App;
use crate::commands::EML_MAX;
use crate::fields::{self, FILE};
use crate::problem::AppError;
use crate::routes;
use crate::session;

/// The most that a form or a JSON object may weigh: the longest text, each of its characters four bytes, and each
/// byte written `%F0`, or each character `\ud83c\udf5e`.
const BODY_MAX: usize = 256 * 1024;
/// The largest event of Stripe's that is taken.
const EVENT_MAX: usize = 1024 * 1024;
/// The most that a form with a file in it may weigh. Twice the largest file, so that one that is too large is told at
/// its field, with what was typed beside it.
const UPLOAD_MAX: usize = 2 * EML_MAX;
/// What is read at least of a body beyond its limit, to be thrown away; of what may be large, three times the limit.
const READ_MAX: usize = 8 * 1024 * 1024;
/// How long a body may take to come in whole.
const DURATION_MAX: Duration = Duration::from_secs(9);
/// How long one with a file in it may take.
const UPLOAD_DURATION_MAX: Duration = Duration::from_secs(30);

/// Hands the request on with its body in memory; 413 for one that is too large, 408 for one that comes too
/// slowly, 400 for one that breaks off.
///
/// Anybody can write to the webhook, and its bodies are the largest: one without a signature is not read at
/// all, and only so many are in memory at once. The rest wait their turn, for as long as a body may take;
/// then 503, and Stripe comes again.
pub async fn buffer(State(app): State<App>, request: Request, next: Next) -> Response {
    let webhook = request.uri().path() == routes::WEBHOOK && request.method() == Method::POST;
    if !webhook {
        return read_and_run(limit(&app, request).await, next).await;
    }
    if !app.webhook_secrets.is_empty() && signature::of(request.headers()).is_none() {
        return AppError::InvalidSignature.into_response();
    }
    match tokio::time::timeout(DURATION_MAX, app.events.acquire()).await {
        Ok(Ok(_place)) => read_and_run((request, EVENT), next).await,
        Ok(Err(error)) => AppError::Internal(error.into()).into_response(),
        Err(_) => AppError::Unavailable(anyhow::anyhow!("too many events at once")).into_response(),
    }
}

/// What a request may bring.
struct Limit {
    /// How much, in bytes.
    bytes: usize,
    /// How much of it one file may be, where it is a file that is expected.
    file: Option<usize>,
    /// How long it may take.
    duration: Duration,
}

const EVENT: Limit = Limit { bytes: EVENT_MAX, file: None, duration: DURATION_MAX };
const PLAIN: Limit = Limit { bytes: BODY_MAX, file: None, duration: DURATION_MAX };

impl Limit {
    fn refusal(&self) -> AppError {
        match self.file {
            Some(max) => fields::too_large(FILE, max).into(),
            None => AppError::BodyTooLarge { max: self.bytes },
        }
    }
}

/// A file may be large, and only who is signed in may bring one: nobody else fills the memory.
async fn limit(app: &App, request: Request) -> (Request, Limit) {
    let Some(max) = routes::file_max(request.uri().path()) else { return (request, PLAIN) };
    let (head, body) = request.into_parts();
    let upload = Limit { bytes: UPLOAD_MAX, file: Some(max), duration: UPLOAD_DURATION_MAX };
    let limit = if session::is_known(&head, app).await { upload } else { PLAIN };
    (Request::from_parts(head, body), limit)
}

async fn read_and_run((request, limit): (Request, Limit), next: Next) -> Response {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: usize| bytes > readable(limit.bytes)) {
        return limit.refusal().into_response();
    }
    let (head, body) = request.into_parts();
    match tokio::time::timeout(limit.duration, read(body, &limit)).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, Body::from(body))).await,
        Ok(Err(error)) => error.into_response(),
        Err(_) => AppError::BodyTooSlow.into_response(),
    }
}

async fn read(mut body: Body, limit: &Limit) -> Result<Vec<u8>, AppError> {
    let (mut kept, mut total) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| AppError::BodyInterrupted)?;
        let Ok(bytes) = frame.into_data() else { continue };
        total += bytes.len();
        if total <= limit.bytes {
            kept.extend_from_slice(&bytes);
        } else if total > readable(limit.bytes) {
            break;
        }
    }
    if total > limit.bytes { Err(limit.refusal()) } else { Ok(kept) }
}

fn readable(max: usize) -> usize {
    max + READ_MAX.max(3 * max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_text_fits_however_it_is_encoded() {
        for one in ["%F0%9F%8D%9E", r"\ud83c\udf5e"] {
            assert!(BODY_MAX > one.len() * crate::commands::TEXT_MAX);
        }
    }

    #[tokio::test]
    async fn a_body_of_just_the_limit_is_read_and_one_byte_more_is_not() {
        let ten = Limit { bytes: 10, ..PLAIN };
        assert_eq!(read(Body::from(vec![1; 10]), &ten).await.unwrap().len(), 10);
        assert!(matches!(read(Body::from(vec![1; 11]), &ten).await, Err(AppError::BodyTooLarge { max: 10 })));
        assert!(read(Body::empty(), &ten).await.unwrap().is_empty());
    }
}
