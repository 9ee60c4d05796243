//! What goes wrong, told once: a handler returns an [`AppError`], and [`render`] says it in the reader's
//! language, as `application/problem+json` (RFC 9457) under `/api` and as a page elsewhere.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use common::domaine::Langue;
use common::job::JobId;
use common::refus::{Refus, RefusKind};
use serde::Serialize;

use crate::app::App;
use crate::reader::Reader;
use crate::render::text;

/// Seconds after which a reader may ask again what is down now.
const RETRY: u64 = 5;

/// Why a request is not answered as its sender wished. The one error of all handlers.
#[derive(Debug)]
pub enum AppError {
    /// Refusals that the sender can read and mend, one at least: 404, 409 or 422.
    Refus(Vec<Refus>),
    /// A refusal of the worker's, of the job that was waited for.
    JobRejected(JobId, Refus),
    /// The job that was waited for was given up; it is kept and can be run again: 409.
    JobFailed(JobId),
    /// Nobody is signed in: 401, on pages the way to `/connexion`.
    NotSignedIn,
    /// Address and password do not belong together: 401.
    Credentials,
    /// The API token opens nothing, be it that it never was or no longer is: 401.
    InvalidToken,
    /// An API token opens much, but this takes a session: 403.
    TokenRefused,
    /// A request that changes something comes from another site, or does not say from where: 403.
    ForeignOrigin,
    /// There is nothing here, or nothing of yours: 404.
    NotFound,
    /// A client's private link that never was or no longer is: 404.
    DeadLink,
    /// A link to set a password anew that never was or no longer is: 404.
    DeadReset,
    /// A set-up link that never was or no longer is: 404.
    DeadSetup,
    /// The path exists, the method does not: 405.
    MethodNotAllowed,
    /// Too often: 429.
    RateLimited {
        /// When it may be tried again.
        seconds: u64,
    },
    /// The body is no JSON object: 400.
    InvalidJson,
    /// The body is no form: 400.
    InvalidForm,
    /// A parameter of the query string is not understood: 400.
    InvalidQuery,
    /// The body ended before it should: 400.
    BodyInterrupted,
    /// The body took too long: 408.
    BodyTooSlow,
    /// The body is too large: 413.
    BodyTooLarge {
        /// The most bytes that it may have.
        max: usize,
    },
    /// The body's type is not the one that is read here: 415.
    UnsupportedType {
        /// The one that is.
        expected: &'static str,
    },
    /// `Idempotency-Key` is empty, too long, or not plain ASCII without blanks: 400.
    InvalidKey,
    /// The key was used for another wish: 422.
    KeyReused,
    /// No secret of ours made this signature: 400.
    InvalidSignature,
    /// There is no webhook secret, so no event can be told from a forgery: 503.
    WebhookClosed,
    /// Something that is needed does not answer: 503.
    Unavailable(anyhow::Error),
    /// Redis has no room for another job: 503.
    QueueFull,
    /// Our fault: 500.
    Internal(anyhow::Error),
}

impl AppError {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refus(refus) => refus.first().map_or(StatusCode::UNPROCESSABLE_ENTITY, status_of),
            Self::JobRejected(_, refus) => status_of(refus),
            Self::JobFailed(_) => StatusCode::CONFLICT,
            Self::NotSignedIn | Self::Credentials | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::ForeignOrigin | Self::TokenRefused => StatusCode::FORBIDDEN,
            Self::NotFound | Self::DeadLink | Self::DeadReset | Self::DeadSetup => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::InvalidJson
            | Self::InvalidForm
            | Self::InvalidQuery
            | Self::BodyInterrupted
            | Self::InvalidKey
            | Self::InvalidSignature => StatusCode::BAD_REQUEST,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::WebhookClosed | Self::Unavailable(_) | Self::QueueFull => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The name of the text that tells it: `erreur-{code}` in the locale files.
    pub fn code(&self) -> &str {
        match self {
            Self::Refus(refus) => sole(refus).map_or("champs-invalides", |refus| &refus.code),
            Self::JobRejected(_, refus) => {
                sole(std::slice::from_ref(refus)).map_or("champs-invalides", |refus| &refus.code)
            }
            Self::JobFailed(_) => "job-echoue",
            Self::NotSignedIn => "non-connecte",
            Self::Credentials => "identifiants-invalides",
            Self::InvalidToken => "jeton-invalide",
            Self::TokenRefused => "jeton-refuse",
            Self::ForeignOrigin => "origine-refusee",
            Self::NotFound => "introuvable",
            Self::DeadLink => "lien-mort",
            Self::DeadReset => "lien-mot-de-passe-mort",
            Self::DeadSetup => "lien-installation-mort",
            Self::MethodNotAllowed => "methode-refusee",
            Self::RateLimited { .. } => "trop-de-tentatives",
            Self::InvalidJson => "json-invalide",
            Self::InvalidForm => "formulaire-invalide",
            Self::InvalidQuery => "requete-invalide",
            Self::BodyInterrupted => "corps-interrompu",
            Self::BodyTooSlow => "corps-trop-lent",
            Self::BodyTooLarge { .. } => "corps-trop-grand",
            Self::UnsupportedType { .. } => "type-non-supporte",
            Self::InvalidKey => "cle-invalide",
            Self::KeyReused => "cle-reutilisee",
            Self::InvalidSignature => "signature-invalide",
            Self::WebhookClosed => "webhook-ferme",
            Self::Unavailable(_) => "indisponible",
            Self::QueueFull => "file-pleine",
            Self::Internal(_) => "interne",
        }
    }

    /// What the text's placeholders stand for.
    fn args(&self) -> BTreeMap<String, String> {
        let one = |name: &str, value: String| BTreeMap::from([(name.to_owned(), value)]);
        match self {
            Self::Refus(refus) => sole(refus).map(|refus| refus.args.clone()).unwrap_or_default(),
            Self::JobRejected(_, refus) => refus.args.clone(),
            Self::RateLimited { seconds } => one("minutes", seconds.div_ceil(60).to_string()),
            Self::BodyTooLarge { max } => one("max", (max / 1024).to_string()),
            Self::UnsupportedType { expected } => one("attendu", (*expected).to_owned()),
            _ => BTreeMap::new(),
        }
    }

    /// The refusals that name a field, for a form to show again.
    pub fn refus(&self) -> &[Refus] {
        match self {
            Self::Refus(refus) => refus,
            Self::JobRejected(_, refus) => std::slice::from_ref(refus),
            _ => &[],
        }
    }

    /// Whether the sender can mend it: a form is then shown again with what was typed.
    pub fn is_correctable(&self) -> bool {
        matches!(
            self,
            Self::Refus(_)
                | Self::JobRejected(..)
                | Self::KeyReused
                | Self::Credentials
                | Self::RateLimited { .. }
        )
    }

    /// The whole error in one sentence, for people.
    pub fn phrase(&self, langue: Langue) -> String {
        text::error(langue, self.code(), &self.args())
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited { seconds } => Some(*seconds),
            Self::Unavailable(_) | Self::QueueFull => Some(RETRY),
            Self::WebhookClosed => Some(3600),
            _ => None,
        }
    }

    /// The problem document of RFC 9457.
    pub fn problem(&self, langue: Langue) -> Problem {
        let refused = self.refus().iter().filter_map(|refus| {
            let champ = refus.champ.clone()?;
            let detail = text::refus(langue, refus);
            Some(RefusedField { champ, code: refus.code.clone(), detail })
        });
        let erreurs: Vec<_> = refused.collect();
        let title = self.phrase(langue);
        let detail = erreurs.first().map_or_else(|| title.clone(), |it| it.detail.clone());
        Problem {
            r#type: format!("urn:guichet:erreur:{}", self.code()),
            title,
            status: self.status().as_u16(),
            detail,
            code: self.code().to_owned(),
            job_id: match self {
                Self::JobRejected(id, _) | Self::JobFailed(id) => Some(*id),
                _ => None,
            },
            erreurs,
        }
    }
}

/// The refusal that says it all by itself; wrong fields are told one by one, under a common title.
fn sole(refus: &[Refus]) -> Option<&Refus> {
    match refus {
        [refus] if refus.champ.is_none() || refus.kind != RefusKind::Invalid => Some(refus),
        _ => None,
    }
}

impl Problem {
    /// The first thing to mend, in one sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

fn status_of(refus: &Refus) -> StatusCode {
    match refus.kind {
        RefusKind::NotFound => StatusCode::NOT_FOUND,
        RefusKind::Conflict => StatusCode::CONFLICT,
        RefusKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// An error as programs read it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Names the kind of problem; not to be followed.
    r#type: String,
    /// What is wrong, in the reader's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// The first thing to mend.
    detail: String,
    /// The kind of problem, for programs.
    code: String,
    /// The job that was refused or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<JobId>,
    /// Each wrong field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    erreurs: Vec<RefusedField>,
}

#[derive(Debug, Serialize)]
struct RefusedField {
    champ: String,
    code: String,
    detail: String,
}

/// An empty answer that carries the error to [`render`], the only place that knows how it is to be said.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if matches!(self, Self::InvalidToken) {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Says in words what a handler returned as an [`AppError`].
pub async fn render(State(app): State<App>, request: Request, next: Next) -> Response {
    let reader = Reader::find(request.extensions());
    let uri = request.uri().clone();
    let api = uri.path().starts_with("/api/");
    let get = request.method() == Method::GET;
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<Arc<AppError>>() else {
        return response;
    };
    log(&error, &reader);
    let mut told = match &*error {
        AppError::NotSignedIn if !api => {
            let location = crate::session::to_connexion(get.then_some(&uri));
            (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
        }
        _ if api => {
            let problem = serde_json::to_vec(&error.problem(reader.langue())).unwrap_or_default();
            let header = [(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
            (error.status(), header, problem).into_response()
        }
        _ => crate::pages::error::page(&app, &reader, &error, &uri, get),
    };
    // What the handler said beside the error: when to come again, which methods there are.
    let others =
        response.headers().iter().filter(|(name, _)| ![CONTENT_TYPE, CONTENT_LENGTH].contains(*name));
    told.headers_mut().extend(others.map(|(name, value)| (name.clone(), value.clone())));
    told
}

/// The longest that an answer may take: the longest wait for a job, and its reading.
const RESPONSE_MAX: Duration = Duration::from_secs(40);

/// Ends what hangs: a server that froze with our question would keep its reader for ever.
pub async fn in_time(request: Request, next: Next) -> Response {
    let response = tokio::time::timeout(RESPONSE_MAX, next.run(request)).await;
    response.unwrap_or_else(|_| AppError::Unavailable(anyhow::anyhow!("no answer in time")).into_response())
}

/// What a panic of a handler becomes. Its words are in the logs already.
pub fn of_panic(_: Box<dyn Any + Send>) -> Response {
    AppError::Internal(anyhow::anyhow!("a handler panicked")).into_response()
}

/// What nobody outside may read, for who runs the product.
fn log(error: &AppError, reader: &Reader) {
    let request = reader.request_id();
    match error {
        AppError::Internal(cause) => tracing::error!(request, error = format!("{cause:#}"), "internal error"),
        AppError::Unavailable(cause) => tracing::warn!(request, error = format!("{cause:#}"), "unavailable"),
        AppError::QueueFull => tracing::warn!(request, "the queue is full"),
        _ => {}
    }
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        let transient = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => true,
            // Connection lost, out of resources, stopped by an operator, system trouble.
            sqlx::Error::Database(cause) => cause
                .code()
                .is_some_and(|code| ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))),
            _ => false,
        };
        if transient { Self::Unavailable(error.into()) } else { Self::Internal(error.into()) }
    }
}

impl From<crate::store::StoreError> for AppError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Refus> for AppError {
    fn from(refus: Refus) -> Self {
        Self::Refus(vec![refus])
    }
}
