//! `/api/webhooks`: Stripe's events. Verified and queued, with no look at Postgres; what they mean is the
//! worker's to find out.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use common::jeton::PAYER_BYTES;
use common::job::{Actor, Envelope, JobId};
use common::jobs::ProcessStripeWebhook;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::signature;
use crate::app::App;
use crate::enqueue;
use crate::problem::AppError;

/// `POST /api/webhooks/stripe`. 200 once the queue has it; 400 for a signature that is not ours to believe;
/// 503 when the queue cannot take it, or when no secret is set: Stripe sends it again for three days.
pub async fn stripe(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, AppError> {
    if app.webhook_secrets.is_empty() {
        return Err(AppError::WebhookClosed);
    }
    let header = signature::of(&headers).ok_or(AppError::InvalidSignature)?;
    if !signature::verify(header, &body, &app.webhook_secrets, app.now()) {
        return Err(AppError::InvalidSignature);
    }
    let job = event(&body);
    let id = JobId::of_stripe_event(&job.stripe_event_id);
    let envelope = Envelope::new(id, Actor::Stripe, &job, app.now(), &app.liens.sealer);
    let envelope = envelope.map_err(|error| AppError::Internal(error.into()))?;
    match enqueue::push(&app, &envelope).await {
        // A redelivery counts its deliveries in its body: another text, the same event.
        Ok(_) | Err(AppError::KeyReused) => Ok(StatusCode::OK),
        Err(error) => Err(error),
    }
}

/// A verified body is an accepted body, whatever it parses to.
fn event(body: &[u8]) -> ProcessStripeWebhook {
    #[derive(Deserialize)]
    struct Event {
        id: String,
    }
    let id = serde_json::from_slice(body).ok().map(|Event { id }| id);
    let readable =
        |id: &String| (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    let stripe_event_id = id.filter(readable);
    ProcessStripeWebhook {
        stripe_event_id: stripe_event_id
            .unwrap_or_else(|| format!("sha256:{}", hex::encode(Sha256::digest(body)))),
        // Postgres's text holds no NUL, and JSON has none to lose.
        corps: without_payer_tokens(&String::from_utf8_lossy(body).replace('\0', "\u{fffd}")),
    }
}

/// The text with `/payer/…` for every payment link. Stripe repeats the session's `success_url` and
/// `cancel_url`, which hold the link's token: kept, it would stand readable in Redis and in Postgres, where
/// only its hash belongs. What an event means does not hang on it.
fn without_payer_tokens(text: &str) -> String {
    const PATH: &str = "/payer/";
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(PATH) {
        let (before, after) = rest.split_at(at + PATH.len());
        let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let token = after.bytes().take_while(is_hex).take(PAYER_BYTES * 2).count();
        if token == PAYER_BYTES * 2 {
            kept.push_str(before);
            kept.push('…');
            rest = &after[token..];
        } else {
            // The last slash may begin the next path.
            kept.push_str(&rest[..at + PATH.len() - 1]);
            rest = &rest[at + PATH.len() - 1..];
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::{event, without_payer_tokens};

    #[test]
    fn a_payment_link_s_token_is_not_kept() {
        let token = "0123456789abcdef".repeat(4);
        let body = format!(
            r#"{{"id":"evt_1","a":"https://g.example/payer/{token}?retour=1","b":"https://g.example/payer/{token}"}}"#
        );
        let job = event(body.as_bytes());
        assert_eq!(job.stripe_event_id, "evt_1");
        let expected =
            r#"{"id":"evt_1","a":"https://g.example/payer/…?retour=1","b":"https://g.example/payer/…"}"#;
        assert_eq!(job.corps, expected);
        for other in ["/payer/", "é/payer/é", &format!("/payer/{}", &token[1..]), "/payer/payer/abc"] {
            assert_eq!(without_payer_tokens(other), other);
        }
        assert_eq!(without_payer_tokens(&format!("/payer/payer/{token}")), "/payer/payer/…");
    }

    #[test]
    fn an_event_goes_by_stripe_s_id_or_by_its_digest() {
        assert_eq!(event(br#"{"id":"evt_1","object":"event"}"#).stripe_event_id, "evt_1");
        for body in [&b"{}"[..], b"[]", b"\xff\x00", br#"{"id":7}"#, br#"{"id":""}"#, br#"{"id":"a b"}"#] {
            let job = event(body);
            assert!(job.stripe_event_id.starts_with("sha256:") && !job.corps.contains('\0'));
        }
    }
}
