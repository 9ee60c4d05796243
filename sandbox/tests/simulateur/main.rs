//! The simulator keeps Stripe's promises: idempotency, errors, events, webhooks, and the faults asked for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod events;
mod faults;
mod money;
mod pages;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use sandbox::simulateur::{Endpoint, Moyen, Options, Simulateur, signature};
use serde_json::Value;
use tokio::net::TcpListener;

const KEY: &str = "sk_test_51Simulateur";
const SECRET: &str = "whsec_essai";
const SESSIONS: &str = "/v1/checkout/sessions";

fn form() -> HashMap<&'static str, &'static str> {
    HashMap::from([
        ("mode", "payment"),
        ("success_url", "http://127.0.0.1:1/merci?s={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "http://127.0.0.1:1/non"),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][unit_amount]", "120050"),
        ("line_items[0][price_data][product_data][name]", "Refonte"),
        ("metadata[opportuniteId]", "o1"),
    ])
}

struct Stripe {
    simulateur: Simulateur,
    http: reqwest::Client,
}

impl Stripe {
    async fn start(options: Options) -> Self {
        let simulateur = Simulateur::start(options).await.unwrap();
        Self {
            simulateur,
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
        }
    }

    async fn post(&self, key: &str, form: &HashMap<&str, &str>) -> reqwest::Result<(u16, bool, Value)> {
        let url = format!("{}{SESSIONS}", self.simulateur.base());
        let request = self.http.post(url).bearer_auth(KEY).header("Idempotency-Key", key).form(form);
        let answer = request.send().await?;
        let replayed = answer.headers().contains_key("idempotent-replayed");
        Ok((answer.status().as_u16(), replayed, answer.json().await?))
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.simulateur.base());
        self.http.get(url).bearer_auth(KEY).send().await.unwrap().json().await.unwrap()
    }

    async fn session(&self, key: &str) -> String {
        let (status, _, session) = self.post(key, &form()).await.unwrap();
        assert_eq!(status, 200, "{session}");
        session["id"].as_str().unwrap().to_owned()
    }
}

/// An endpoint that notes what it gets and answers as it is told.
struct Hook {
    url: String,
    got: Arc<Mutex<Vec<(String, bool)>>>,
    answers: Arc<Mutex<Vec<StatusCode>>>,
}

impl Hook {
    async fn start() -> Self {
        let got: Arc<Mutex<Vec<(String, bool)>>> = Arc::default();
        let answers: Arc<Mutex<Vec<StatusCode>>> = Arc::default();
        let state = (Arc::clone(&got), Arc::clone(&answers));
        let router = Router::new().route("/", post(Self::take)).with_state(state);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, got, answers }
    }

    #[expect(clippy::type_complexity, reason = "two lists that the test shares with its endpoint")]
    #[expect(clippy::unused_async, reason = "axum asks for a future")]
    async fn take(
        State((got, answers)): State<(Arc<Mutex<Vec<(String, bool)>>>, Arc<Mutex<Vec<StatusCode>>>)>,
        headers: HeaderMap,
        body: Bytes,
    ) -> StatusCode {
        let event: Value = serde_json::from_slice(&body).unwrap();
        let header = headers["stripe-signature"].to_str().unwrap();
        let date = header.trim_start_matches("t=").split(',').next().unwrap().parse().unwrap();
        let genuine = signature(SECRET, date, &body) == header;
        got.lock().unwrap().push((event["type"].as_str().unwrap().to_owned(), genuine));
        answers.lock().unwrap().pop().unwrap_or(StatusCode::OK)
    }

    fn options(&self) -> Options {
        let types = vec!["checkout.session.completed".to_owned()];
        let webhook = Some(Endpoint { url: self.url.clone(), secret: SECRET.to_owned(), types });
        Options { webhook, ..Default::default() }
    }

    /// Waits until so many have come.
    async fn until(&self, count: usize) {
        let come = async {
            while self.got().len() < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), come).await.unwrap();
    }

    fn got(&self) -> Vec<(String, bool)> {
        self.got.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn the_same_key_gives_the_same_session_and_another_request_is_refused() {
    let stripe = Stripe::start(Options::default()).await;
    let (_, first_replayed, first) = stripe.post("k", &form()).await.unwrap();
    let (_, replayed, second) = stripe.post("k", &form()).await.unwrap();
    assert_eq!((first_replayed, replayed, &first["id"]), (false, true, &second["id"]));
    let mut other = form();
    other.insert("locale", "en");
    let (status, _, error) = stripe.post("k", &other).await.unwrap();
    assert_eq!((status, error["error"]["type"].as_str()), (400, Some("idempotency_error")));
    assert_eq!(stripe.simulateur.sessions().len(), 1);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let stripe = Stripe::start(Options::default()).await;
    let mut wrong = form();
    wrong.insert("montant", "12");
    let (status, _, error) = stripe.post("k", &wrong).await.unwrap();
    assert_eq!((status, error["error"]["code"].as_str()), (400, Some("parameter_unknown")));
    assert_eq!(error["error"]["param"], "montant");
    assert_eq!(stripe.post("k", &form()).await.unwrap().0, 200);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let stripe = Stripe::start(Options::default()).await;
    let unit_amount = "line_items[0][price_data][unit_amount]";
    let currency = "line_items[0][price_data][currency]";
    for (name, value, code, param) in [
        ("success_url", None, "parameter_missing", "success_url"),
        ("success_url", Some("/merci"), "url_invalid", "success_url"),
        ("locale", Some("klingon"), "", "locale"),
        ("expires_at", Some("12"), "", "expires_at"),
        ("customer_email", Some("personne"), "email_invalid", "customer_email"),
        (unit_amount, Some("12.5"), "parameter_invalid_integer", unit_amount),
        (unit_amount, Some("49"), "amount_too_small", "line_items"),
        (unit_amount, Some("100000000"), "amount_too_large", "line_items"),
        (unit_amount, None, "parameter_missing", unit_amount),
        (currency, Some("xyz"), "", currency),
        ("line_items[0][quantity]", Some("0"), "parameter_invalid_integer", "line_items[0][quantity]"),
        ("mode", None, "parameter_missing", "mode"),
    ] {
        let mut wrong = form();
        match value {
            Some(value) => wrong.insert(name, value),
            None => wrong.remove(name),
        };
        let (status, _, answer) = stripe.post("k", &wrong).await.unwrap();
        let error = &answer["error"];
        assert_eq!(status, 400, "{name}={value:?}: {answer}");
        assert_eq!(error["code"].as_str().unwrap_or_default(), code, "{name}={value:?}: {answer}");
        assert_eq!(error["param"], param, "{name}={value:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_unauthorized() {
    let stripe = Stripe::start(Options::default()).await;
    let url = format!("{}{SESSIONS}", stripe.simulateur.base());
    let live = format!("sk_{}_51Simulateur", "live");
    for request in [stripe.http.get(&url), stripe.http.get(&url).bearer_auth(live)] {
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
    let basic = stripe.http.get(&url).basic_auth(KEY, Some(""));
    assert_eq!(basic.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_debit_is_unpaid_until_it_is_settled() {
    let stripe = Stripe::start(Options::default()).await;
    for (key, moyen, kind, statut) in [
        ("a", Moyen::Sepa, "checkout.session.async_payment_succeeded", "paid"),
        ("b", Moyen::SepaEchec, "checkout.session.async_payment_failed", "unpaid"),
    ] {
        let id = stripe.session(key).await;
        let session = stripe.simulateur.pay(&id, moyen).await.unwrap();
        assert_eq!((session.statut.as_str(), session.statut_paiement.as_str()), ("complete", "unpaid"));
        stripe.simulateur.settle_debit(&id, None).unwrap();
        let [event] = stripe.simulateur.events(kind).try_into().unwrap();
        assert_eq!(event["data"]["object"]["payment_status"], statut);
        assert!(stripe.simulateur.settle_debit(&id, None).is_err(), "only once");
    }
}

#[tokio::test]
async fn what_happened_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let options = || Options { file: Some(dir.path().join("etat.json")), ..Default::default() };
    let stripe = Stripe::start(options()).await;
    let id = stripe.session("k").await;
    stripe.simulateur.pay(&id, Moyen::Carte).await.unwrap();
    let Stripe { simulateur, .. } = stripe;
    simulateur.stop().await.unwrap();
    let stripe = Stripe::start(options()).await;
    assert_eq!(stripe.simulateur.session(&id).unwrap().statut_paiement, "paid");
    assert!(stripe.post("k", &form()).await.unwrap().1, "the key is remembered");
}

/// The ids of a list, and whether it goes on.
fn ids(list: &Value) -> (Vec<&str>, bool) {
    let data = list["data"].as_array().unwrap_or_else(|| panic!("{list}"));
    (data.iter().map(|row| row["id"].as_str().unwrap()).collect(), list["has_more"] == true)
}
