//! The people of the tests: a freelancer at the API, a client on the portal.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use sandbox::simulateur::{Moyen, signature};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, PASSWORD, WEBHOOK_SECRET, prefer_wait};
use crate::check::Witness;
use crate::openapi::Asked;
use crate::wait::{PATIENCE, until};

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as text.
    pub text: String,
}

impl Answer {
    /// Sends a request and reads the answer.
    pub async fn of(request: RequestBuilder) -> Self {
        Self::try_of(request).await.expect("an answer")
    }

    /// Sends a request to an edge that may die before it answers. What it answers must be as the API's document
    /// says.
    pub async fn try_of(request: RequestBuilder) -> reqwest::Result<Self> {
        let (http, request) = request.build_split();
        let request = request?;
        let asked = Asked::of(&request);
        let response = http.execute(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = Self { status, headers, text: response.text().await? };
        asked.check(&answer);
        Ok(answer)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    /// The body as JSON, of an answer that must have this status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The fields that a problem names.
    pub fn champs(&self) -> Vec<String> {
        let errors = self.json()["erreurs"].as_array().cloned().unwrap_or_default();
        errors.iter().filter_map(|error| error["champ"].as_str().map(str::to_owned)).collect()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A signed-in freelancer at the API.
#[derive(Debug, Clone)]
pub struct Bureau {
    http: reqwest::Client,
    base: String,
    witness: Witness,
}

impl Bureau {
    /// Signs in.
    pub async fn sign_in(app: &App, email: &str) -> Self {
        let bureau = Self::stranger(app);
        let form = json!({ "email": email, "motDePasse": PASSWORD });
        // Right after its start, on a busy machine, the edge may still be opening its connections.
        let answer = until("the edge lets people in", async || {
            let answer = bureau.post("/api/connexion", form.clone()).await;
            (answer.status != 503).then_some(answer)
        })
        .await;
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        bureau
    }

    /// Somebody who has not signed in.
    pub fn stranger(app: &App) -> Self {
        let http = browser().cookie_store(true).build().expect("a client");
        Self { http, base: app.base.clone(), witness: app.witness.clone() }
    }

    /// The root of every path.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request that says nothing of where it comes from, to be completed.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// A request of the same origin, to be completed.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).header("Origin", &self.base)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.witness.saw(Answer::of(self.request(Method::GET, path)).await)
    }

    /// Writes, and waits for the result.
    pub async fn write(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header("Prefer", prefer_wait()).json(&body);
        self.witness.saw(Answer::of(request).await)
    }

    /// Sends a form that may carry files, as a browser does.
    pub async fn send_parts(&self, path: &str, parts: &[Vec<u8>]) -> Answer {
        let body = [&parts.concat()[..], b"--limite--\r\n"].concat();
        let request = self.request(Method::POST, path);
        Answer::of(request.header("Content-Type", "multipart/form-data; boundary=limite").body(body)).await
    }

    /// Posts, and waits for the result.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.write(Method::POST, path, body).await
    }

    /// Patches, and waits for the result.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.write(Method::PATCH, path, body).await
    }

    /// Deletes, and waits for the result.
    pub async fn delete(&self, path: &str) -> Answer {
        let request = self.request(Method::DELETE, path).header("Prefer", prefer_wait());
        self.witness.saw(Answer::of(request).await)
    }

    /// Posts under an `Idempotency-Key`, and waits for the result.
    pub async fn post_under(&self, key: &str, path: &str, body: Value) -> Answer {
        let request = self.request(Method::POST, path).header("Prefer", prefer_wait());
        self.witness.saw(Answer::of(request.header("Idempotency-Key", key).json(&body)).await)
    }

    /// Puts a note on a client's timeline under its text (the first hundred characters) as the key, and waits for nothing. The edge may die
    /// before it answers.
    pub async fn push_note(&self, client: Uuid, texte: &str) -> reqwest::Result<Answer> {
        let request = self.request(Method::POST, &format!("/api/clients/{client}/notes"));
        let key: String = texte.chars().map(|c| if c == ' ' { '-' } else { c }).take(100).collect();
        let request = request.header("Idempotency-Key", key).json(&json!({ "texte": texte }));
        Ok(self.witness.saw_note(texte, Answer::try_of(request).await?))
    }

    /// Adds a client: its id.
    pub async fn add_client(&self, nom: &str) -> Uuid {
        let body =
            json!({ "nom": nom, "type": "entreprise", "email": "contact@example.org", "langue": "fr" });
        id(&self.post("/api/clients", body).await.expect(201))
    }

    /// Adds a deal that is won: its id.
    pub async fn add_won_deal(&self, client: Uuid, titre: &str, montant: &str) -> Uuid {
        let body = json!({ "clientId": client, "titre": titre, "montantEstime": montant, "devise": "EUR",
                           "etapePipeline": "gagne" });
        id(&self.post("/api/opportunites", body).await.expect(201))
    }

    /// Generates the payment link of a deal: the answer of the seed's route.
    pub async fn pay_link(&self, opportunite: Uuid) -> Value {
        let answer =
            self.post("/api/paiements/stripe/session", json!({ "opportuniteId": opportunite })).await;
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        answer.json()
    }

    /// Adds a won deal, which its client pays by card: the deal, once it is paid.
    pub async fn add_paid_deal(&self, app: &App, client: Uuid, titre: &str, montant: &str) -> Uuid {
        let deal = self.add_won_deal(client, titre, montant).await;
        self.pay_link(deal).await;
        app.simulateur.pay(&self.session_id(deal).await, Moyen::Carte).await.expect("a session to pay");
        until("the deal is paid", || async {
            (self.deal(deal).await["statutPaiement"] == "paye").then_some(())
        })
        .await;
        deal
    }

    /// A deal as it stands.
    pub async fn deal(&self, opportunite: Uuid) -> Value {
        self.get(&format!("/api/opportunites/{opportunite}")).await.expect(200)
    }

    /// Stripe's id of a deal's session.
    pub async fn session_id(&self, opportunite: Uuid) -> String {
        self.deal(opportunite).await["stripeSessionId"].as_str().expect("a session").to_owned()
    }

    /// Opens a client's portal: its visitor.
    pub async fn open_portail(&self, client: Uuid) -> Portail {
        let answer = self.post(&format!("/api/clients/{client}/portail"), json!({})).await;
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        let url = answer.json()["urlPortail"].as_str().expect("a link").to_owned();
        Portail::visit(&url, &self.base)
    }
}

/// Brings events to the webhook as Stripe does.
#[derive(Debug, Clone)]
pub struct Courier {
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) witness: Witness,
}

impl Courier {
    /// Delivers an event, signed now. The edge may die before it answers.
    pub async fn deliver(&self, event: &Value) -> reqwest::Result<Answer> {
        let body = event.to_string();
        let header = signature(WEBHOOK_SECRET, worker::clock().timestamp(), body.as_bytes());
        self.try_deliver(&body, &header).await
    }

    /// Delivers a body under a signature.
    pub(crate) async fn try_deliver(&self, body: &str, signature: &str) -> reqwest::Result<Answer> {
        let request = self.http.post(&self.url).header("Stripe-Signature", signature).body(body.to_owned());
        let answer = Answer::try_of(request).await?;
        let event = serde_json::from_str::<Value>(body).ok();
        Ok(match event.as_ref().and_then(|event| event["id"].as_str()) {
            Some(id) => self.witness.saw_event(id, answer),
            None => self.witness.saw(answer),
        })
    }
}

/// Whoever holds a portal's link: no account, no cookie.
#[derive(Debug, Clone)]
pub struct Portail {
    http: reqwest::Client,
    base: String,
    /// The token in the link.
    pub token: String,
}

impl Portail {
    /// Takes a portal's link in hand.
    pub fn visit(url: &str, base: &str) -> Self {
        let token = url.rsplit('/').next().expect("a token").to_owned();
        let http = browser().build().expect("a client");
        Self { http, base: base.to_owned(), token }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/api/portail/{}{path}", self.base, self.token);
        self.http.request(method, url).header("Origin", &self.base)
    }

    /// Reads the portal's JSON twin, or what stands under it.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Posts under the portal, and waits for nothing.
    pub async fn push(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    /// Posts under the portal, and waits for the result.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).header("Prefer", prefer_wait()).json(&body)).await
    }
}

/// Follows nothing by itself, and gives up on an answer that the edge should have given long ago: where processes
/// are killed, the client's own pool once waited for ever for a connection that was gone.
pub(crate) fn browser() -> reqwest::ClientBuilder {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE)
}

/// The `id` of an entity.
pub fn id(entity: &Value) -> Uuid {
    entity["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no id in {entity}"))
}

/// A field of a form for [`Bureau::send_parts`]; with a name, a file.
pub fn part(name: &str, file: Option<&str>, content: impl AsRef<[u8]>) -> Vec<u8> {
    let file = file.map_or_else(String::new, |file| {
        format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream")
    });
    let head = format!("--limite\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
    [head.as_bytes(), content.as_ref(), b"\r\n"].concat()
}
