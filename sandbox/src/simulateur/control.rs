//! `/_simulateur/…`: what tests, benchmarks and the sample data do to the simulator; JSON in, JSON out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::core::Core;
use super::error::{Result, StripeError};
use super::fault::Fautes;
use super::objects;
use super::pages;
use super::payment::{self, Moyen};
use super::state::{Attempt, Delivery, Origin, Outcome, Session};
use super::webhook::Endpoint;

/// The table of contents.
pub(crate) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/_simulateur/sessions", get(list_sessions))
        .route("/_simulateur/sessions/{id}", get(show_session))
        .route("/_simulateur/sessions/{id}/payer", post(pay))
        .route("/_simulateur/sessions/{id}/regler", post(settle))
        .route("/_simulateur/sessions/{id}/expirer", post(expire))
        .route("/_simulateur/sessions/{id}/rembourser", post(refund))
        .route("/_simulateur/evenements", get(list_events).post(make_event))
        .route("/_simulateur/evenements/{id}/livrer", post(deliver))
        .route("/_simulateur/livraisons", get(list_deliveries))
        .route("/_simulateur/webhook", put(set_endpoint).delete(remove_endpoint))
        .route("/_simulateur/fautes", get(show_faults).put(set_faults).delete(clear_faults))
}

/// A session as the control API tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionVue {
    /// Stripe's id, `cs_test_…`.
    pub id: String,
    /// `open`, `complete` or `expired`.
    pub statut: String,
    /// `unpaid` or `paid`.
    pub statut_paiement: String,
    /// Minor units.
    pub montant: i64,
    /// In lower case, as Stripe writes it.
    pub devise: String,
    /// The hosted page.
    pub url: String,
    /// The `PaymentIntent` of the last attempt, if there was one.
    pub payment_intent: Option<String>,
    /// What the product attached.
    pub metadata: std::collections::BTreeMap<String, String>,
}

/// A delivery as the control API tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LivraisonVue {
    /// Its id.
    pub id: String,
    /// The event's id, `evt_…`.
    pub evenement: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it stands.
    pub etat: Outcome,
    /// Each try.
    pub essais: Vec<Attempt>,
}

impl SessionVue {
    pub(crate) fn of(session: &Session, base: &str) -> Self {
        Self {
            id: session.id.clone(),
            statut: session.status.clone(),
            statut_paiement: session.payment_status.clone(),
            montant: session.total,
            devise: session.currency.clone(),
            url: objects::page_url(base, &session.id),
            payment_intent: session.intent.clone(),
            metadata: session.metadata.clone(),
        }
    }
}

impl LivraisonVue {
    pub(crate) fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.clone(),
            evenement: delivery.event.clone(),
            kind: delivery.kind.clone(),
            etat: delivery.outcome,
            essais: delivery.attempts.clone(),
        }
    }
}

async fn list_sessions(Shared(core): Shared<Arc<Core>>) -> Json<Vec<SessionVue>> {
    Json(core.read(|state| state.sessions.rows().iter().map(|s| SessionVue::of(s, &core.base)).collect()))
}

async fn show_session(Shared(core): Shared<Arc<Core>>, Path(id): Path<String>) -> Result<Json<SessionVue>> {
    core.session(&id).map(Json)
}

#[derive(Deserialize)]
struct Pay {
    moyen: Moyen,
}

async fn pay(
    Shared(core): Shared<Arc<Core>>,
    Path(id): Path<String>,
    Json(Pay { moyen }): Json<Pay>,
) -> Result<Json<SessionVue>> {
    pages::pay(&core, &id, moyen).await?;
    core.session(&id).map(Json)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settle {
    /// Without it, what the payer's button announced.
    accepte: Option<bool>,
}

async fn settle(
    Shared(core): Shared<Arc<Core>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<SessionVue>> {
    let accepte = details::<Settle>(&body)?.accepte;
    let events = core.change(|state| payment::settle_debit(state, &core.base, &id, accepte))?;
    drop(core.dispatch(&events));
    core.session(&id).map(Json)
}

async fn expire(Shared(core): Shared<Arc<Core>>, Path(id): Path<String>) -> Result<Json<SessionVue>> {
    let events = core.change(|state| payment::expire(state, &core.base, &id, Origin::default()))?;
    drop(core.dispatch(&events));
    core.session(&id).map(Json)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refund {
    /// Minor units; without it, all that is left.
    montant: Option<i64>,
}

async fn refund(Shared(core): Shared<Arc<Core>>, Path(id): Path<String>, body: Bytes) -> Result<Json<Value>> {
    let amount = details::<Refund>(&body)?.montant;
    let (refund, events) = core.change(|state| {
        let intent = state.sessions.get(&id)?.intent.clone().unwrap_or_default();
        payment::refund(state, &intent, amount, &json!({}), &Origin::default())
    })?;
    drop(core.dispatch(&events));
    Ok(Json(refund))
}

/// The body, which may be left out.
fn details<T: Default + DeserializeOwned>(body: &[u8]) -> Result<T> {
    if body.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(|error| StripeError::refused(error.to_string()))
}

#[derive(Deserialize)]
struct EventFilter {
    #[serde(rename = "type")]
    kind: Option<String>,
}

async fn list_events(Shared(core): Shared<Arc<Core>>, Query(filter): Query<EventFilter>) -> Json<Vec<Value>> {
    Json(core.read(|state| {
        let wanted = |kind: &String| filter.kind.as_ref().is_none_or(|wanted| wanted == kind);
        state.events.rows().iter().filter(|e| wanted(&e.kind)).map(objects::event).collect()
    }))
}

#[derive(Deserialize)]
struct MakeEvent {
    #[serde(rename = "type")]
    kind: String,
    object: Value,
    /// Seconds since 1970; without it, now.
    #[serde(default)]
    created: Option<i64>,
}

/// An event of our own making: another amount, a session nobody knows, an object of another version.
async fn make_event(
    Shared(core): Shared<Arc<Core>>,
    Json(MakeEvent { kind, object, created }): Json<MakeEvent>,
) -> (StatusCode, Json<Value>) {
    let id = core.make_event(&kind, object, created);
    (StatusCode::CREATED, Json(json!({ "id": id })))
}

#[derive(Deserialize)]
#[serde(default)]
struct Deliver {
    fois: u32,
}

impl Default for Deliver {
    fn default() -> Self {
        Self { fois: 1 }
    }
}

/// Sends an event again, `fois` times at once, and waits for the first answer to each.
async fn deliver(
    Shared(core): Shared<Arc<Core>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>> {
    let fois = details::<Deliver>(&body)?.fois;
    core.deliver_again(&id, fois).await?;
    Ok(Json(json!({ "fois": fois })))
}

async fn list_deliveries(Shared(core): Shared<Arc<Core>>) -> Json<Vec<LivraisonVue>> {
    Json(core.read(|state| state.deliveries.rows().iter().map(LivraisonVue::of).collect()))
}

async fn set_endpoint(Shared(core): Shared<Arc<Core>>, Json(endpoint): Json<Endpoint>) -> StatusCode {
    core.set_endpoint(Some(endpoint));
    StatusCode::NO_CONTENT
}

async fn remove_endpoint(Shared(core): Shared<Arc<Core>>) -> StatusCode {
    core.set_endpoint(None);
    StatusCode::NO_CONTENT
}

async fn show_faults(Shared(core): Shared<Arc<Core>>) -> Json<Fautes> {
    Json(core.faults(|faults| faults.clone()))
}

async fn set_faults(Shared(core): Shared<Arc<Core>>, Json(wanted): Json<Fautes>) -> StatusCode {
    core.faults(|faults| *faults = wanted);
    StatusCode::NO_CONTENT
}

async fn clear_faults(Shared(core): Shared<Arc<Core>>) -> StatusCode {
    core.faults(|faults| *faults = Fautes::default());
    StatusCode::NO_CONTENT
}

impl Core {
    pub(crate) fn session(&self, id: &str) -> Result<SessionVue> {
        self.read(|state| state.sessions.get(id).map(|session| SessionVue::of(session, &self.base)))
    }

    /// Makes an event and sends it.
    pub(crate) fn make_event(self: &Arc<Self>, kind: &str, object: Value, created: Option<i64>) -> String {
        let id = self.change(|state| {
            let id = payment::record(state, kind, object, Origin::default());
            if let (Some(created), Ok(event)) = (created, state.events.get_mut(&id)) {
                event.created = created;
            }
            id
        });
        drop(self.dispatch(std::slice::from_ref(&id)));
        id
    }

    /// Sends an event `times` at once, whatever faults are in force, and waits for the first answer to each.
    pub(crate) async fn deliver_again(self: &Arc<Self>, id: &str, times: u32) -> Result<()> {
        let kind = self.read(|state| state.events.get(id).map(|event| event.kind.clone()))?;
        if self.endpoint().is_none() {
            return Err(StripeError::refused("Aucun webhook n'est réglé."));
        }
        let tries: Vec<_> = (0..times).map(|_| self.send(id, &kind, Duration::ZERO)).collect();
        for (_, tried) in tries {
            // The simulator may end first: then there is no answer to wait for.
            drop(tried.await);
        }
        Ok(())
    }
}
