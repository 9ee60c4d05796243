//! The product's JSON API, as a signed-in freelancer's script uses it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};

/// A signed-in session.
#[derive(Debug)]
pub struct Guichet {
    http: reqwest::Client,
    base: String,
}

impl Guichet {
    /// Signs in at the product's public URL.
    ///
    /// # Errors
    /// When the product refuses, or does not answer.
    pub async fn sign_in(base: &str, email: &str, mot_de_passe: &str) -> Result<Self> {
        let http = reqwest::Client::builder().cookie_store(true).timeout(Duration::from_secs(40)).build()?;
        let guichet = Self { http, base: base.to_owned() };
        let credentials = json!({ "email": email, "motDePasse": mot_de_passe });
        let answer = guichet.request(Method::POST, "/api/connexion").json(&credentials).send().await?;
        let status = answer.status();
        if !status.is_success() {
            bail!("POST /api/connexion: {status} {}", answer.text().await?);
        }
        Ok(guichet)
    }

    /// Writes, waits for the job, and gives its result.
    ///
    /// # Errors
    /// When the product refuses, or the job is not done within half a minute.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.write(Method::POST, path, body).await
    }

    /// The same, for a change.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        self.write(Method::PATCH, path, body).await
    }

    /// Takes something away.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn delete(&self, path: &str) -> Result<Value> {
        self.write(Method::DELETE, path, &json!({})).await
    }

    /// Reads.
    ///
    /// # Errors
    /// When the product refuses.
    pub async fn get(&self, path: &str) -> Result<Value> {
        read(path, self.request(Method::GET, path)).await.map(|answer| answer.value)
    }

    /// Waits until a deal's payment stands where it is expected to.
    pub(super) async fn wait_for_payment(&self, opportunite: &str, statut: &str) -> Result<()> {
        let path = format!("/api/opportunites/{opportunite}");
        let wait = async {
            loop {
                let deal = self.get(&path).await?;
                if deal["statutPaiement"] == statut {
                    return Ok(());
                }
                tokio::time::sleep(crate::process::GLANCE).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
        waited.with_context(|| format!("the payment of {opportunite} does not become {statut}"))?
    }

    /// Makes a client's private page; its URL.
    pub(super) async fn open_portal(&self, client: &str) -> Result<String> {
        let made = self.post(&format!("/api/clients/{client}/portail"), &json!({})).await?;
        made["urlPortail"].as_str().map(str::to_owned).context("no urlPortail")
    }

    /// The URL of a client's private page; made if there is none.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn portal_of(&self, client: &str) -> Result<String> {
        let shown = self.get(&format!("/api/clients/{client}")).await?;
        match shown["urlPortail"].as_str() {
            Some(url) => Ok(url.to_owned()),
            None => self.open_portal(client).await,
        }
    }

    /// A ticket from a client's private page; its id.
    pub(super) async fn portal_ticket(&self, portail: &str, ticket: &Value) -> Result<String> {
        let token = portail.rsplit('/').next().unwrap_or_default();
        id_of(&self.post(&format!("/api/portail/{token}/tickets"), ticket).await?)
    }

    /// A request to something that is not the product.
    pub(super) async fn post_elsewhere(&self, url: &str, body: &Value) -> Result<Value> {
        read(url, self.http.post(url).json(body)).await.map(|answer| answer.value)
    }

    /// The freelancer's logo.
    pub(super) async fn put_logo(&self, png: &'static [u8]) -> Result<Value> {
        let path = "/api/utilisateur/logo";
        let request = self.request(Method::PUT, path).header(header::CONTENT_TYPE, "image/png").body(png);
        self.finish(path, request).await
    }

    async fn write(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        self.finish(path, self.request(method, path).json(body)).await
    }

    async fn finish(&self, path: &str, request: RequestBuilder) -> Result<Value> {
        let mut answer = read(path, request).await?;
        // Not done in ten seconds: twice as long again, then it is an error.
        for _ in 0..2 {
            let Some(job) = answer.job else {
                return Ok(answer.value);
            };
            answer = read(&job, self.request(Method::GET, &job)).await?;
            if answer.value["statut"] == "termine" {
                return Ok(answer.value["resultat"].clone());
            }
            answer.job = Some(job);
        }
        bail!("{path}: {}", answer.value)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        request.header(header::ORIGIN, &self.base).header("Prefer", "wait=10")
    }
}

/// The id in an entity's JSON.
pub(super) fn id_of(entity: &Value) -> Result<String> {
    entity["id"].as_str().map(str::to_owned).with_context(|| format!("no id in {entity}"))
}

struct Answer {
    /// Where to look for the result, when it was not waited for long enough.
    job: Option<String>,
    value: Value,
}

async fn read(path: &str, request: RequestBuilder) -> Result<Answer> {
    let answer = request.send().await?;
    let status = answer.status();
    let location = answer.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let job = location.filter(|_| status == StatusCode::ACCEPTED);
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("{path}: {status} {text}");
    }
    let value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).context(text)? };
    Ok(Answer { job, value })
}
