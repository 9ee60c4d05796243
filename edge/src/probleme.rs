//! What goes wrong, told once: a handler returns an [`Erreur`], and [`render`] says it in the reader's
//! language, as `application/problem+json` (RFC 9457) under `/api` and as a page elsewhere.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use common::domaine::Langue;
use common::job::JobId;
use common::refus::{Refus, RefusKind};
use serde::Serialize;

use crate::app::App;
use crate::lecteur::Lecteur;
use crate::rendu::texte;

/// Seconds after which a reader may ask again what is down now.
const RETRY: u64 = 5;

/// Why a request is not answered as its sender wished. The one error of all handlers.
#[derive(Debug)]
pub enum Erreur {
    /// Refusals that the sender can read and mend, one at least: 404, 409 or 422.
    Refus(Vec<Refus>),
    /// A refusal of the worker's, of the job that was waited for.
    JobRejete(JobId, Refus),
    /// The job that was waited for was given up; it is kept and can be run again: 409.
    JobEchoue(JobId),
    /// Nobody is signed in: 401, on pages the way to `/connexion`.
    NonConnecte,
    /// Address and password do not belong together: 401.
    Identifiants,
    /// A request that changes something comes from another site, or does not say from where: 403.
    OrigineRefusee,
    /// There is nothing here, or nothing of yours: 404.
    Introuvable,
    /// A private link that never was or no longer is: 404.
    LienMort,
    /// The path exists, the method does not: 405.
    Methode,
    /// Too often: 429.
    Limite {
        /// When it may be tried again.
        secondes: u64,
    },
    /// The body is no JSON object: 400.
    JsonInvalide,
    /// The body is no form: 400.
    FormulaireInvalide,
    /// A parameter of the query string is not understood: 400.
    RequeteInvalide,
    /// The body ended before it should: 400.
    CorpsInterrompu,
    /// The body took too long: 408.
    CorpsTropLent,
    /// The body is too large: 413.
    CorpsTropGrand {
        /// The most bytes that it may have.
        max: usize,
    },
    /// The body's type is not the one that is read here: 415.
    TypeNonSupporte {
        /// The one that is.
        attendu: &'static str,
    },
    /// `Idempotency-Key` is empty, too long or not plain ASCII: 400.
    CleInvalide,
    /// The key was used for another wish: 422.
    CleReutilisee,
    /// No secret of ours made this signature: 400.
    SignatureInvalide,
    /// There is no webhook secret, so no event can be told from a forgery: 503.
    WebhookFerme,
    /// Something that is needed does not answer: 503.
    Indisponible(anyhow::Error),
    /// Redis has no room for another job: 503.
    FilePleine,
    /// Our fault: 500.
    Interne(anyhow::Error),
}

impl Erreur {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refus(refus) => refus.first().map_or(StatusCode::UNPROCESSABLE_ENTITY, status_of),
            Self::JobRejete(_, refus) => status_of(refus),
            Self::JobEchoue(_) => StatusCode::CONFLICT,
            Self::NonConnecte | Self::Identifiants => StatusCode::UNAUTHORIZED,
            Self::OrigineRefusee => StatusCode::FORBIDDEN,
            Self::Introuvable | Self::LienMort => StatusCode::NOT_FOUND,
            Self::Methode => StatusCode::METHOD_NOT_ALLOWED,
            Self::Limite { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::JsonInvalide
            | Self::FormulaireInvalide
            | Self::RequeteInvalide
            | Self::CorpsInterrompu
            | Self::CleInvalide
            | Self::SignatureInvalide => StatusCode::BAD_REQUEST,
            Self::CorpsTropLent => StatusCode::REQUEST_TIMEOUT,
            Self::CorpsTropGrand { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TypeNonSupporte { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::CleReutilisee => StatusCode::UNPROCESSABLE_ENTITY,
            Self::WebhookFerme | Self::Indisponible(_) | Self::FilePleine => StatusCode::SERVICE_UNAVAILABLE,
            Self::Interne(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The name of the text that tells it: `erreur-{code}` in the locale files.
    pub fn code(&self) -> &str {
        match self {
            Self::Refus(refus) => sole(refus).map_or("champs-invalides", |refus| &refus.code),
            Self::JobRejete(_, refus) => {
                sole(std::slice::from_ref(refus)).map_or("champs-invalides", |refus| &refus.code)
            }
            Self::JobEchoue(_) => "job-echoue",
            Self::NonConnecte => "non-connecte",
            Self::Identifiants => "identifiants-invalides",
            Self::OrigineRefusee => "origine-refusee",
            Self::Introuvable => "introuvable",
            Self::LienMort => "lien-mort",
            Self::Methode => "methode-refusee",
            Self::Limite { .. } => "trop-de-tentatives",
            Self::JsonInvalide => "json-invalide",
            Self::FormulaireInvalide => "formulaire-invalide",
            Self::RequeteInvalide => "requete-invalide",
            Self::CorpsInterrompu => "corps-interrompu",
            Self::CorpsTropLent => "corps-trop-lent",
            Self::CorpsTropGrand { .. } => "corps-trop-grand",
            Self::TypeNonSupporte { .. } => "type-non-supporte",
            Self::CleInvalide => "cle-invalide",
            Self::CleReutilisee => "cle-reutilisee",
            Self::SignatureInvalide => "signature-invalide",
            Self::WebhookFerme => "webhook-ferme",
            Self::Indisponible(_) => "indisponible",
            Self::FilePleine => "file-pleine",
            Self::Interne(_) => "interne",
        }
    }

    /// What the text's placeholders stand for.
    fn args(&self) -> BTreeMap<String, String> {
        let un = |nom: &str, valeur: String| BTreeMap::from([(nom.to_owned(), valeur)]);
        match self {
            Self::Refus(refus) => sole(refus).map(|refus| refus.args.clone()).unwrap_or_default(),
            Self::JobRejete(_, refus) => refus.args.clone(),
            Self::Limite { secondes } => un("minutes", secondes.div_ceil(60).to_string()),
            Self::CorpsTropGrand { max } => un("max", (max / 1024).to_string()),
            Self::TypeNonSupporte { attendu } => un("attendu", (*attendu).to_owned()),
            _ => BTreeMap::new(),
        }
    }

    /// The refusals that name a field, for a form to show again.
    pub fn champs(&self) -> &[Refus] {
        match self {
            Self::Refus(refus) => refus,
            Self::JobRejete(_, refus) => std::slice::from_ref(refus),
            _ => &[],
        }
    }

    /// Whether the sender can mend it: a form is then shown again with what was typed.
    pub fn est_corrigible(&self) -> bool {
        matches!(
            self,
            Self::Refus(_)
                | Self::JobRejete(..)
                | Self::CleReutilisee
                | Self::Identifiants
                | Self::Limite { .. }
        )
    }

    /// The whole error in one sentence, for people.
    pub fn phrase(&self, langue: Langue) -> String {
        texte::erreur_of_code(langue, self.code(), &self.args())
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Limite { secondes } => Some(*secondes),
            Self::Indisponible(_) | Self::FilePleine => Some(RETRY),
            Self::WebhookFerme => Some(3600),
            _ => None,
        }
    }

    /// The problem document of RFC 9457.
    pub fn probleme(&self, langue: Langue) -> Probleme {
        let champs = self.champs().iter().filter_map(|refus| {
            let champ = refus.champ.clone()?;
            let detail = texte::erreur(langue, refus);
            Some(ChampRefuse { champ, code: refus.code.clone(), detail })
        });
        let erreurs: Vec<_> = champs.collect();
        let title = self.phrase(langue);
        let detail = erreurs.first().map_or_else(|| title.clone(), |champ| champ.detail.clone());
        Probleme {
            r#type: format!("urn:guichet:erreur:{}", self.code()),
            title,
            status: self.status().as_u16(),
            detail,
            code: self.code().to_owned(),
            job_id: match self {
                Self::JobRejete(id, _) | Self::JobEchoue(id) => Some(*id),
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

impl Probleme {
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
pub struct Probleme {
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
    erreurs: Vec<ChampRefuse>,
}

#[derive(Debug, Serialize)]
struct ChampRefuse {
    champ: String,
    code: String,
    detail: String,
}

/// An empty answer that carries the error to [`render`], the only place that knows how it is to be said.
impl IntoResponse for Erreur {
    fn into_response(self) -> Response {
        let mut reponse = self.status().into_response();
        if let Some(secondes) = self.retry_after() {
            reponse.headers_mut().insert(RETRY_AFTER, secondes.into());
        }
        reponse.extensions_mut().insert(Arc::new(self));
        reponse
    }
}

/// Says in words what a handler returned as an [`Erreur`].
pub async fn render(State(app): State<App>, requete: Request, suite: Next) -> Response {
    let lecteur = Lecteur::find(requete.extensions());
    let api = requete.uri().path().starts_with("/api/");
    let retour = (requete.method() == Method::GET).then(|| requete.uri().clone());
    let mut reponse = suite.run(requete).await;
    let Some(erreur) = reponse.extensions_mut().remove::<Arc<Erreur>>() else {
        return reponse;
    };
    log(&erreur, &lecteur);
    let mut enoncee = match &*erreur {
        Erreur::NonConnecte if !api => {
            let cible = crate::session::to_connexion(retour.as_ref());
            (StatusCode::SEE_OTHER, [(LOCATION, cible)]).into_response()
        }
        _ if api => {
            let probleme = serde_json::to_vec(&erreur.probleme(lecteur.langue())).unwrap_or_default();
            let entete = [(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
            (erreur.status(), entete, probleme).into_response()
        }
        _ => crate::pages::erreur::page(&app, &lecteur, &erreur),
    };
    // What the handler said beside the error: when to come again, which methods there are.
    let autres = reponse.headers().iter().filter(|(nom, _)| ![CONTENT_TYPE, CONTENT_LENGTH].contains(*nom));
    enoncee.headers_mut().extend(autres.map(|(nom, valeur)| (nom.clone(), valeur.clone())));
    enoncee
}

/// The longest that an answer may take: the longest wait for a job, and its reading.
const REPONSE_MAX: Duration = Duration::from_secs(40);

/// Ends what hangs: a server that froze with our question would keep its reader for ever.
pub async fn in_time(requete: Request, suite: Next) -> Response {
    let reponse = tokio::time::timeout(REPONSE_MAX, suite.run(requete)).await;
    reponse.unwrap_or_else(|_| Erreur::Indisponible(anyhow::anyhow!("no answer in time")).into_response())
}

/// What a panic of a handler becomes. Its words are in the logs already.
pub fn of_panic(_: Box<dyn Any + Send>) -> Response {
    Erreur::Interne(anyhow::anyhow!("a handler panicked")).into_response()
}

/// What nobody outside may read, for who runs the product.
fn log(erreur: &Erreur, lecteur: &Lecteur) {
    let requete = lecteur.requete_id();
    match erreur {
        Erreur::Interne(cause) => tracing::error!(requete, erreur = format!("{cause:#}"), "internal error"),
        Erreur::Indisponible(cause) => tracing::warn!(requete, erreur = format!("{cause:#}"), "unavailable"),
        Erreur::FilePleine => tracing::warn!(requete, "the queue is full"),
        _ => {}
    }
}

impl From<sqlx::Error> for Erreur {
    fn from(erreur: sqlx::Error) -> Self {
        let passager = match &erreur {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => true,
            // Connection lost, out of resources, stopped by an operator, system trouble.
            sqlx::Error::Database(cause) => cause
                .code()
                .is_some_and(|code| ["08", "53", "57", "58"].iter().any(|classe| code.starts_with(classe))),
            _ => false,
        };
        if passager { Self::Indisponible(erreur.into()) } else { Self::Interne(erreur.into()) }
    }
}

impl From<crate::store::StoreError> for Erreur {
    fn from(erreur: crate::store::StoreError) -> Self {
        Self::Indisponible(erreur.into())
    }
}

impl From<Refus> for Erreur {
    fn from(refus: Refus) -> Self {
        Self::Refus(vec![refus])
    }
}
