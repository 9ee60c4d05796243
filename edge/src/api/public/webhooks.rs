//! `/api/webhooks`: Stripe's events. Verified and queued, with no look at Postgres; what they mean is the
//! worker's to find out.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
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
    let stripe_event_id =
        stripe_event_id.unwrap_or_else(|| format!("sha256:{}", hex::encode(Sha256::digest(body))));
    ProcessStripeWebhook::new(stripe_event_id, &String::from_utf8_lossy(body))
}

#[cfg(test)]
mod tests {
    use super::event;

    #[test]
    fn an_event_goes_by_stripe_s_id_or_by_its_digest() {
        assert_eq!(event(br#"{"id":"evt_1","object":"event"}"#).stripe_event_id, "evt_1");
        for body in [&b"{}"[..], b"[]", b"\xff\x00", br#"{"id":7}"#, br#"{"id":""}"#, br#"{"id":"a b"}"#] {
            let job = event(body);
            assert!(job.stripe_event_id.starts_with("sha256:") && !job.corps.contains('\0'));
        }
    }
}
