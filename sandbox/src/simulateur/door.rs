//! The way into the API: the key, the fault in force, the idempotency key, then the request itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD as BASE64, Engine};
use serde_json::Value;

use super::api;
use super::core::{Core, Requete};
use super::error::{Result, StripeError};
use super::fault::GenreApi;
use super::objects::API_VERSION;
use super::param::{self, Param};
use super::server::Cut;
use super::state::{Origin, StoredAnswer, new_id};

/// Any request to `/v1/…`.
pub(crate) async fn enter(
    Shared(core): Shared<Arc<Core>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request_id = new_id("req_", 14);
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let request = Origin { id: Some(request_id.clone()), idempotency_key: key };
    let mut response = match answer(&core, &method, &uri, &headers, &body, &request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    };
    set("request-id", &request_id);
    set("stripe-version", API_VERSION);
    if let Some(key) = &request.idempotency_key {
        set("idempotency-key", key);
    }
    response
}

async fn answer(
    core: &Arc<Core>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
    request: &Origin,
) -> Result<Response> {
    check_key(headers)?;
    let mut params = param::parse(uri.query().unwrap_or_default().as_bytes())?;
    if method == Method::POST {
        params.extend(param::parse(body)?);
    }
    core.note(Requete {
        methode: method.to_string(),
        chemin: uri.path().to_owned(),
        cle: request.idempotency_key.clone(),
        params: params.iter().map(|(name, param)| (name.clone(), param.json())).collect(),
    });
    let call = Call { core, method: method.as_str(), path: uri.path(), params, request };
    let fault = core.faults(|faults| faults.strike_api(call.method, call.path));
    match fault.map(|fault| (fault.faute, fault.delai_ms)) {
        None => call.run(Call::execute),
        Some((GenreApi::TropDeRequetes, _)) => Err(StripeError::rate_limited()),
        Some((GenreApi::Erreur, _)) => call.run(|_| Err(StripeError::server())),
        Some((GenreApi::ErreurApres, _)) => call.run(|call| call.execute().and(Err(StripeError::server()))),
        Some((GenreApi::Coupure, _)) => Ok(Cut::response()),
        Some((GenreApi::CoupureApres, _)) => call.run(Call::execute).map(|_| Cut::response()),
        Some((GenreApi::Delai, ms)) => call.run_late(Duration::from_millis(ms)).await,
    }
}

/// `Bearer` or `Basic` with a test key.
fn check_key(headers: &HeaderMap) -> Result<()> {
    let missing = "You did not provide an API key. You need to provide your API key in the Authorization header, \
                   using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.ok_or_else(|| StripeError::unauthorized(missing))?;
    let key = match given.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim().to_owned(),
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => user_of(pair.trim()),
        _ => String::new(),
    };
    if key.is_empty() {
        return Err(StripeError::unauthorized(missing));
    }
    if key.len() > 12 && (key.starts_with("sk_test_") || key.starts_with("rk_test_")) {
        return Ok(());
    }
    let shown: String = key.chars().take(8).collect();
    Err(StripeError::unauthorized(format!("Invalid API Key provided: {shown}***")))
}

/// The user's name in Basic credentials: the part before the colon.
fn user_of(pair: &str) -> String {
    let decoded = BASE64.decode(pair).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded);
    text.split(':').next().unwrap_or_default().to_owned()
}

/// One request that was let in.
struct Call<'a> {
    core: &'a Arc<Core>,
    method: &'a str,
    path: &'a str,
    params: BTreeMap<String, Param>,
    request: &'a Origin,
}

impl Call<'_> {
    fn execute(&self) -> Result<Value> {
        let path = self.path.strip_prefix("/v1/").unwrap_or_default();
        api::execute(self.core, self.method, path, &self.params, self.request)
    }

    /// Executes now, or repeats the answer that the idempotency key has already.
    fn run(&self, act: impl FnOnce(&Self) -> Result<Value>) -> Result<Response> {
        if let Some(stored) = self.claim()? {
            return Ok(stored);
        }
        self.settle(act(self))
    }

    /// The same, after a while in which the key is in use.
    async fn run_late(&self, delay: Duration) -> Result<Response> {
        if let Some(stored) = self.claim()? {
            return Ok(stored);
        }
        // The caller may lose patience meanwhile; the work is done all the same.
        let (core, method, path) = (Arc::clone(self.core), self.method.to_owned(), self.path.to_owned());
        let (params, request) = (self.params.clone(), self.request.clone());
        let late = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let call = Call { core: &core, method: &method, path: &path, params, request: &request };
            let done = call.execute();
            call.settle(done)
        });
        late.await.unwrap_or_else(|_| Err(StripeError::server()))
    }

    fn key(&self) -> Option<&str> {
        self.request.idempotency_key.as_deref().filter(|_| self.method == "POST")
    }

    /// Takes the idempotency key for this request; gives the stored answer if it has one.
    fn claim(&self) -> Result<Option<Response>> {
        let Some(key) = self.key() else { return Ok(None) };
        if key.is_empty() || key.chars().count() > 255 {
            let message = "Idempotency keys must be between 1 and 255 characters.";
            return Err(StripeError::key_of_another_request(message));
        }
        let params = param::canonical(&self.params);
        self.core.change(|state| {
            let Some(stored) = state.keys.get(key) else {
                let claim = StoredAnswer { path: self.path.to_owned(), params, answer: None };
                state.keys.insert(key.to_owned(), claim);
                return Ok(None);
            };
            if stored.path != self.path {
                return Err(StripeError::key_of_another_request(format!(
                    "Keys for idempotent requests can only be used for the same endpoint they were first used for \
                     ('{}' vs '{}'). Try using a key other than '{key}' if you meant to execute a different request.",
                    self.path, stored.path
                )));
            }
            if stored.params != params {
                return Err(StripeError::key_of_another_request(format!(
                    "Keys for idempotent requests can only be used with the same parameters they were first used \
                     with. Try using a key other than '{key}' if you meant to execute a different request."
                )));
            }
            let Some((status, body)) = stored.answer.clone() else { return Err(StripeError::key_in_use(key)) };
            let mut response = json_response(status, body);
            response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
            Ok(Some(response))
        })
    }

    /// Keeps the answer with the key if the request was executed, else frees the key.
    fn settle(&self, done: Result<Value>) -> Result<Response> {
        let Some(key) = self.key() else {
            return Ok(json_response(200, done?.to_string()));
        };
        let (status, body) = match done {
            Ok(value) => (200, format!("{value:#}")),
            Err(error) if error.executed => (error.status.as_u16(), error.body()),
            Err(error) => {
                self.core.change(|state| state.keys.remove(key));
                return Err(error);
            }
        };
        self.core.change(|state| {
            if let Some(stored) = state.keys.get_mut(key) {
                stored.answer = Some((status, body.clone()));
            }
        });
        Ok(json_response(status, body))
    }
}

fn json_response(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
