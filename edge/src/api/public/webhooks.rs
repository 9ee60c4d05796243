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
use crate::probleme::Erreur;

/// `POST /api/webhooks/stripe`. 200 once the queue has it; 400 for a signature that is not ours to believe;
/// 503 when the queue cannot take it, or when no secret is set: Stripe sends it again for three days.
pub async fn stripe(State(app): State<App>, entetes: HeaderMap, corps: Bytes) -> Result<StatusCode, Erreur> {
    if app.webhook_secrets.is_empty() {
        return Err(Erreur::WebhookFerme);
    }
    let entete = entetes.get("stripe-signature").and_then(|valeur| valeur.to_str().ok());
    let entete = entete.ok_or(Erreur::SignatureInvalide)?;
    if !signature::verify(entete, &corps, &app.webhook_secrets, app.now()) {
        return Err(Erreur::SignatureInvalide);
    }
    let job = event(&corps);
    let id = JobId::of_stripe_event(&job.stripe_event_id);
    let enveloppe = Envelope::new(id, Actor::Stripe, &job, app.now());
    let enveloppe = enveloppe.map_err(|erreur| Erreur::Interne(erreur.into()))?;
    match enqueue::push(&app, &enveloppe).await {
        // A redelivery counts its deliveries in its body: another text, the same event.
        Ok(_) | Err(Erreur::CleReutilisee) => Ok(StatusCode::OK),
        Err(erreur) => Err(erreur),
    }
}

/// A verified body is an accepted body, whatever it parses to.
fn event(corps: &[u8]) -> ProcessStripeWebhook {
    #[derive(Deserialize)]
    struct Event {
        id: String,
    }
    let id = serde_json::from_slice(corps).ok().map(|Event { id }| id);
    let lisible =
        |id: &String| (1..=255).contains(&id.len()) && id.bytes().all(|octet| octet.is_ascii_graphic());
    let stripe_event_id = id.filter(lisible);
    ProcessStripeWebhook {
        stripe_event_id: stripe_event_id
            .unwrap_or_else(|| format!("sha256:{}", hex::encode(Sha256::digest(corps)))),
        // Postgres's text holds no NUL, and JSON has none to lose.
        corps: String::from_utf8_lossy(corps).replace('\0', "\u{fffd}"),
    }
}

#[cfg(test)]
mod tests {
    use super::event;

    #[test]
    fn an_event_goes_by_stripe_s_id_or_by_its_digest() {
        assert_eq!(event(br#"{"id":"evt_1","object":"event"}"#).stripe_event_id, "evt_1");
        for corps in [&b"{}"[..], b"[]", b"\xff\x00", br#"{"id":7}"#, br#"{"id":""}"#, br#"{"id":"a b"}"#] {
            let job = event(corps);
            assert!(job.stripe_event_id.starts_with("sha256:") && !job.corps.contains('\0'));
        }
    }
}
