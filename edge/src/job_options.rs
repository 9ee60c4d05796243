//! What a request says about how its write is to be done: under which key, and whether its sender waits.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::AppError;

/// The longest that anybody is made to wait for a job.
pub const WAIT_MAX: Duration = Duration::from_secs(30);

/// `Idempotency-Key` and `Prefer: wait=N` (RFC 7240).
#[derive(Debug, Clone, Default)]
pub struct JobOptions {
    /// What makes the write one write, however often it is sent.
    pub key: Option<String>,
    /// How long the sender waits for the job; at most [`WAIT_MAX`].
    pub wait: Option<Duration>,
}

impl JobOptions {
    fn of(headers: &HeaderMap) -> Result<Self, AppError> {
        let key = match headers.get("idempotency-key").map(HeaderValue::to_str) {
            None => None,
            Some(Ok(key)) => Some(key.trim().to_owned()),
            Some(Err(_)) => return Err(AppError::InvalidKey),
        };
        let wait = wait(headers).map(|seconds| Duration::from_secs(seconds).min(WAIT_MAX));
        Ok(Self { key, wait })
    }

    /// `Preference-Applied`, when a wait was asked for.
    pub fn applied(&self) -> Option<(HeaderName, HeaderValue)> {
        let seconds = self.wait?.as_secs();
        let value = HeaderValue::from_str(&format!("wait={seconds}")).ok()?;
        Some((HeaderName::from_static("preference-applied"), value))
    }
}

impl<S: Sync> FromRequestParts<S> for JobOptions {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        Self::of(&parts.headers)
    }
}

/// The first `wait` of all `Prefer` headers. A preference that is not understood is no error (RFC 7240,
/// section 2).
fn wait(headers: &HeaderMap) -> Option<u64> {
    let texts = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).find_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("wait").then(|| value.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(prefer: &[&str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in prefer {
            headers.append("prefer", value.parse().unwrap());
        }
        JobOptions::of(&headers).unwrap().wait.map(|duration| duration.as_secs())
    }

    #[test]
    fn wait_is_read_as_rfc_7240_writes_it_and_clamped() {
        assert_eq!(wait(&["wait=10"]), Some(10));
        assert_eq!(wait(&["respond-async, Wait=\"5\"; foo=bar"]), Some(5));
        assert_eq!(wait(&["return=minimal", "wait = 7"]), Some(7));
        assert_eq!(wait(&["wait=3, wait=9"]), Some(3));
        assert_eq!(wait(&["wait=3600"]), Some(30));
        assert_eq!(wait(&["wait=0"]), Some(0));
        for without in ["wait", "wait=", "wait=-1", "wait=soon", "awaits=3"] {
            assert_eq!(wait(&[without]), None, "{without}");
        }
    }

    #[test]
    fn a_key_is_text() {
        let mut headers = HeaderMap::new();
        headers.insert("idempotency-key", HeaderValue::from_bytes(b"\xe9").unwrap());
        assert!(matches!(JobOptions::of(&headers), Err(AppError::InvalidKey)));
    }
}
