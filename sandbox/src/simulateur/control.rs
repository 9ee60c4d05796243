//! `/_simulateur/…`: what tests, benchmarks and the sample data do to the simulator; JSON in, JSON out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::core::{Core, Requete};
use super::dispute;
use super::error::{Result, StripeError};
use super::fault::Fautes;
use super::objects;
use super::pages;
use super::payment::{self, Moyen};
use super::refund::{self, Wanted};
use super::state::Origin;
use super::views::{LivraisonVue, SessionVue};
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
        .route("/_simulateur/sessions/{id}/contester", post(dispute))
        .route("/_simulateur/remboursements/{id}/regler", post(settle_refund))
        .route("/_simulateur/litiges/{id}/clore", post(close_dispute))
        .route("/_simulateur/evenements", get(list_events).post(make_event))
        .route("/_simulateur/evenements/{id}/livrer", post(deliver))
        .route("/_simulateur/livraisons", get(list_deliveries))
        .route("/_simulateur/webhook", put(set_endpoint).delete(remove_endpoint))
        .route("/_simulateur/requetes", get(list_requests))
        .route("/_simulateur/cles", delete(forget_keys))
        .route("/_simulateur/port/fermer", post(close_port))
        .route("/_simulateur/fautes", get(show_faults).put(set_faults).delete(clear_faults))
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
    core.made(|state| payment::settle_debit(state, &core.base, &id, accepte))?;
    core.session(&id).map(Json)
}

async fn expire(Shared(core): Shared<Arc<Core>>, Path(id): Path<String>) -> Result<Json<SessionVue>> {
    core.made(|state| payment::expire(state, &core.base, &id, Origin::default()))?;
    core.session(&id).map(Json)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Refund {
    /// Minor units; without it, all that is left.
    montant: Option<i64>,
    /// Pending until it is settled.
    en_attente: bool,
}

async fn refund(Shared(core): Shared<Arc<Core>>, Path(id): Path<String>, body: Bytes) -> Result<Json<Value>> {
    let Refund { montant, en_attente } = details(&body)?;
    let refund = core.refund(&id, Wanted { amount: montant, pending: en_attente, ..Wanted::default() })?;
    core.read(|state| state.refunds.get(&refund).map(objects::refund).map(Json))
}

async fn settle_refund(
    Shared(core): Shared<Arc<Core>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>> {
    let arrived = details::<Settle>(&body)?.accepte.unwrap_or(true);
    core.made(|state| refund::settle(state, &id, arrived))?;
    core.read(|state| state.refunds.get(&id).map(objects::refund).map(Json))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Open {
    /// Minor units; without it, all that was not given back.
    montant: Option<i64>,
    /// The bank only asks.
    enquete: bool,
}

async fn dispute(
    Shared(core): Shared<Arc<Core>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>> {
    let Open { montant, enquete } = details(&body)?;
    let dispute = core.dispute(&id, montant, enquete)?;
    core.read(|state| state.disputes.get(&dispute).map(objects::dispute).map(Json))
}

#[derive(Deserialize)]
struct Close {
    gagne: bool,
}

async fn close_dispute(
    Shared(core): Shared<Arc<Core>>,
    Path(id): Path<String>,
    Json(Close { gagne }): Json<Close>,
) -> Result<Json<Value>> {
    core.made(|state| dispute::end(state, &id, gagne, &Origin::default()))?;
    core.read(|state| state.disputes.get(&id).map(objects::dispute).map(Json))
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
    core.set_faults(wanted);
    StatusCode::NO_CONTENT
}

async fn clear_faults(Shared(core): Shared<Arc<Core>>) -> StatusCode {
    core.set_faults(Fautes::default());
    StatusCode::NO_CONTENT
}

async fn list_requests(Shared(core): Shared<Arc<Core>>) -> Json<Vec<Requete>> {
    Json(core.requests())
}

async fn forget_keys(Shared(core): Shared<Arc<Core>>) -> StatusCode {
    core.change(|state| state.keys.clear());
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClosePort {
    delai_ms: u64,
}

impl Default for ClosePort {
    fn default() -> Self {
        Self { delai_ms: 30_000 }
    }
}

/// Refuses connections from shortly after this answer on, for `delaiMs`; all pages are away meanwhile, too.
async fn close_port(Shared(core): Shared<Arc<Core>>, body: Bytes) -> Result<StatusCode> {
    core.close_port_for(Duration::from_millis(details::<ClosePort>(&body)?.delai_ms));
    Ok(StatusCode::ACCEPTED)
}
