//! The simulator keeps Stripe's promises: idempotency, errors, events, webhooks, and the faults asked for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use sandbox::simulateur::{
    Endpoint, FauteApi, FauteWebhook, Fautes, GenreApi, GenreWebhook, Moyen, Options, Outcome, Simulateur,
    signature,
};
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
async fn paying_on_the_page_tells_the_endpoint_and_sends_the_payer_back() {
    let hook = Hook::start().await;
    let stripe = Stripe::start(hook.options()).await;
    let id = stripe.session("k").await;
    let page = format!("{}/c/pay/{id}", stripe.simulateur.base());
    let shown = stripe.http.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("Payer") && shown.contains("1200.50 EUR"), "{shown}");

    let declined = stripe.http.post(&page).form(&[("action", "carte_refusee")]).send().await.unwrap();
    assert!(declined.text().await.unwrap().contains("refusée"));
    assert_eq!(stripe.simulateur.session(&id).unwrap().statut, "open");

    let paid = stripe.http.post(&page).form(&[("action", "carte")]).send().await.unwrap();
    assert_eq!(paid.status(), StatusCode::SEE_OTHER);
    assert_eq!(paid.headers()["location"], format!("http://127.0.0.1:1/merci?s={id}"));
    // The page waited for the endpoint: it has been told already.
    assert_eq!(hook.got(), [("checkout.session.completed".to_owned(), true)]);
    let session = stripe.get(&format!("{SESSIONS}/{id}?expand[]=payment_intent")).await;
    assert_eq!((&session["status"], &session["payment_status"]), (&"complete".into(), &"paid".into()));
    assert_eq!(session["payment_intent"]["amount_received"], 120_050);

    let again = stripe.http.post(&page).form(&[("action", "carte")]).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::CONFLICT);
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
async fn a_failed_delivery_is_tried_again_until_it_is_taken() {
    let hook = Hook::start().await;
    hook.answers.lock().unwrap().extend([StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE]);
    let retries = vec![Duration::from_millis(5); 3];
    let stripe = Stripe::start(Options { retries, ..hook.options() }).await;
    let id = stripe.session("k").await;
    stripe.simulateur.pay(&id, Moyen::Carte).await.unwrap();
    let taken = async {
        while stripe.simulateur.deliveries()[0].etat != Outcome::Livree {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), taken).await.unwrap();
    let statuses: Vec<_> =
        stripe.simulateur.deliveries()[0].essais.iter().map(|essai| essai.statut).collect();
    assert_eq!(statuses, [Some(503), Some(502), Some(200)]);
}

#[tokio::test]
async fn lost_and_doubled_webhooks_stand_in_the_list_of_events_all_the_same() {
    let hook = Hook::start().await;
    let stripe = Stripe::start(hook.options()).await;
    let fault = |faute, copies| FauteWebhook { kind: None, faute, fois: Some(1), copies, delai_ms: 0 };
    stripe.simulateur.set_faults(Fautes {
        webhooks: vec![fault(GenreWebhook::Perdre, 0), fault(GenreWebhook::Dupliquer, 5)],
        ..Default::default()
    });
    for (key, told) in [("a", 0), ("b", 5), ("c", 6)] {
        let id = stripe.session(key).await;
        stripe.simulateur.pay(&id, Moyen::Carte).await.unwrap();
        assert_eq!(hook.got().len(), told, "{key}");
    }
    let events = stripe.get("/v1/events?type=checkout.session.completed&limit=2").await;
    assert_eq!((events["data"].as_array().unwrap().len(), &events["has_more"]), (2, &true.into()));
    let last = events["data"][1]["id"].as_str().unwrap();
    let rest = stripe.get(&format!("/v1/events?types[]=checkout.*&starting_after={last}")).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["has_more"]), (1, &false.into()));
    stripe.simulateur.deliver(last, 3).await.unwrap();
    assert_eq!(hook.got().len(), 9);
}

#[tokio::test]
async fn faults_of_the_api_do_what_they_say() {
    let stripe = Stripe::start(Options::default()).await;
    let fault = |faute| FauteApi { methode: None, chemin: None, faute, fois: Some(1), delai_ms: 0 };
    let set = |faute| {
        stripe.simulateur.set_faults(Fautes { api: vec![fault(faute)], ..Default::default() });
    };

    set(GenreApi::TropDeRequetes);
    assert_eq!(stripe.post("a", &form()).await.unwrap().0, 429);
    assert_eq!(stripe.post("a", &form()).await.unwrap().0, 200);

    set(GenreApi::Erreur);
    let (status, replayed, _) = stripe.post("b", &form()).await.unwrap();
    assert_eq!((status, replayed), (500, false));
    let (status, replayed, _) = stripe.post("b", &form()).await.unwrap();
    assert_eq!((status, replayed), (500, true));
    assert_eq!(stripe.simulateur.sessions().len(), 1, "nothing was done");

    set(GenreApi::Coupure);
    assert!(stripe.post("c", &form()).await.is_err());
    assert_eq!(stripe.simulateur.sessions().len(), 1, "nothing was done");

    set(GenreApi::CoupureApres);
    assert!(stripe.post("d", &form()).await.is_err());
    assert_eq!(stripe.simulateur.sessions().len(), 2, "it was done");
    let (status, replayed, _) = stripe.post("d", &form()).await.unwrap();
    assert_eq!((status, replayed), (200, true));
}

#[tokio::test]
async fn a_key_in_use_is_a_conflict() {
    let stripe = Stripe::start(Options::default()).await;
    let late = FauteApi { methode: None, chemin: None, faute: GenreApi::Delai, fois: Some(1), delai_ms: 300 };
    stripe.simulateur.set_faults(Fautes { api: vec![late], ..Default::default() });
    let form = form();
    let twins = tokio::join!(stripe.post("k", &form), stripe.post("k", &form));
    let mut statuses = [twins.0.unwrap().0, twins.1.unwrap().0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
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

#[tokio::test]
async fn the_list_of_events_is_newest_first_in_pages_and_filtered() {
    let stripe = Stripe::start(Options::default()).await;
    let session = stripe.session("k").await;
    let now = stripe.get(&format!("{SESSIONS}/{session}")).await["created"].as_i64().unwrap();
    let make =
        |kind, age| stripe.simulateur.make_event_at(kind, serde_json::json!({ "object": "x" }), now - age);
    let too_old = make("charge.failed", 31 * 24 * 3600);
    assert_eq!(stripe.get(&format!("/v1/events/{too_old}")).await["id"], too_old, "kept, and not listed");
    let (a, b, c, d) = (
        make("refund.created", 3000),
        make("charge.failed", 200),
        make("refund.created", 100),
        make("ping", 0),
    );
    for (query, expected, more) in [
        ("", vec![&d, &c, &b, &a], false),
        ("?limit=2", vec![&d, &c], true),
        (&format!("?limit=2&starting_after={c}"), vec![&b, &a], false),
        (&format!("?limit=1&ending_before={a}"), vec![&b], true),
        (&format!("?ending_before={b}"), vec![&d, &c], false),
        ("?type=refund.*", vec![&c, &a], false),
        ("?types[]=ping&types[]=charge.failed", vec![&d, &b], false),
        ("?types[0]=ping&types[1]=refund.created&limit=2", vec![&d, &c], true),
        (&format!("?created[gte]={}", now - 200), vec![&d, &c, &b], false),
        (&format!("?created[gt]={}&created[lt]={now}", now - 200), vec![&c], false),
        (&format!("?created={}", now - 3000), vec![&a], false),
    ] {
        let list = stripe.get(&format!("/v1/events{query}")).await;
        assert_eq!(ids(&list), (expected.into_iter().map(String::as_str).collect(), more), "{query}");
    }
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("starting_after=evt_inconnu", "starting_after"),
        ("type=ping&types[]=ping", "type"),
        ("created[depuis]=1", "created[depuis]"),
        ("depuis=1", "depuis"),
    ] {
        let url = format!("{}/v1/events?{query}", stripe.simulateur.base());
        let answer = stripe.http.get(url).bearer_auth(KEY).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["param"], param, "{query}");
    }
}

#[tokio::test]
async fn events_are_listed_by_whether_the_endpoint_took_them() {
    let hook = Hook::start().await;
    hook.answers.lock().unwrap().push(StatusCode::BAD_GATEWAY);
    let stripe = Stripe::start(Options { retries: Vec::new(), ..hook.options() }).await;
    stripe.simulateur.pay(&stripe.session("a").await, Moyen::Carte).await.unwrap();
    stripe.simulateur.pay(&stripe.session("b").await, Moyen::Carte).await.unwrap();
    let list = async |success: bool| {
        stripe.get(&format!("/v1/events?type=checkout.session.completed&delivery_success={success}")).await
    };
    let (taken, refused) = (list(true).await, list(false).await);
    let ((taken, _), (refused, _)) = (ids(&taken), ids(&refused));
    assert_eq!((taken.len(), refused.len()), (1, 1), "given up is not delivered");
    stripe.simulateur.deliver(refused[0], 1).await.unwrap();
    assert_eq!(ids(&list(false).await).0.len(), 0, "sent again and taken");
}
