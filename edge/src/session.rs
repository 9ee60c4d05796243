//! Who is asking: the signed-in freelancer by a cookie, their script by an API token (`bearer`), a client by a private link. Each is a type in the
//! handler's signature, so that no handler can forget to ask.
//!
//! The cookie holds 32 random bytes, Redis their SHA-256: who reads Redis cannot sign in with what stands
//! there. With Redis down a page answers 503 and the cookie stays.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponseParts, ResponseParts};
use chrono::{DateTime, TimeDelta, Utc};
use common::domaine::Langue;
use common::jeton::{INSTALLATION_BYTES, Jeton, OUBLI_BYTES, PAYER_BYTES, PORTAIL_BYTES};
use common::job::Actor;
use serde::Serialize;
use url::form_urlencoded;
use uuid::Uuid;

use crate::app::App;
use crate::bearer;
use crate::limits::{self, Address, Rule};
use crate::pages::params::Params;
use crate::problem::AppError;
use crate::queries;
use crate::reader::Reader;
use crate::store::Session;

/// Bytes of a session's secret.
const SESSION_BYTES: usize = 32;
/// Browsers keep a cookie 400 days at most; the session itself ends earlier, in Redis.
const COOKIE_SECONDS: u32 = 400 * 24 * 3600;

/// A freelancer, signed in or, on the API, by the token of their script. Without one: 401, on pages the way to
/// `/connexion`.
#[derive(Debug, Clone)]
pub struct Utilisateur {
    /// Their id: what every read and every job is scoped by.
    pub id: Uuid,
    /// The name that clients read.
    pub nom: String,
    /// The language of their pages.
    pub langue: Langue,
    /// Their time zone.
    pub fuseau: chrono_tz::Tz,
    /// Whether they see what concerns the whole instance.
    pub administrateur: bool,
    /// Tells their password from the next: a digest of its hash.
    pub password_mark: String,
    /// The session that the request came with, by the hash of its cookie; none with an API token.
    pub session: Option<String>,
    /// The API token that the request came with; none with a session.
    pub jeton: Option<Jeton>,
}

impl Utilisateur {
    /// As whom their jobs run.
    pub fn actor(&self) -> Actor {
        Actor::Utilisateur(self.id)
    }

    /// Refuses a script's token: what is asked for could make another way in for whoever found it.
    pub fn check_signed_in(&self) -> Result<(), AppError> {
        if self.jeton.is_none() { Ok(()) } else { Err(AppError::TokenRefused) }
    }
}

impl FromRequestParts<App> for Utilisateur {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let entered = enter(parts, app).await;
        // Only misses are counted, as a link's.
        if matches!(entered, Err(AppError::InvalidToken)) {
            let Ok(address) = Address::from_request_parts(parts, app).await;
            limits::count_miss(app, Rule::DeadJeton(address)).await?;
        }
        let (found, session, jeton) = entered?;
        Reader::find(&parts.extensions).note(found.langue);
        Ok(Self {
            password_mark: found.password_mark,
            session,
            jeton,
            id: found.id,
            nom: found.nom,
            langue: found.langue,
            fuseau: fuseau(&found.fuseau),
            administrateur: found.administrateur,
        })
    }
}

/// Who the request comes from, and by which session or token.
type Entered = (queries::utilisateur::Utilisateur, Option<String>, Option<Jeton>);

async fn enter(parts: &Parts, app: &App) -> Result<Entered, AppError> {
    match bearer::of(&parts.headers, parts.uri.path()) {
        Some(token) => by_token(app, token).await.map(|(found, jeton)| (found, None, Some(jeton))),
        None => by_session(&parts.headers, app).await.map(|(found, hash)| (found, Some(hash), None)),
    }
}

/// Whether a freelancer or their script asks: before the request is read, and counted for nobody.
pub async fn is_known(parts: &Parts, app: &App) -> bool {
    enter(parts, app).await.is_ok()
}

/// Whose session the cookie opens, and its hash.
async fn by_session(
    headers: &HeaderMap,
    app: &App,
) -> Result<(queries::utilisateur::Utilisateur, String), AppError> {
    let hash = SessionCookie::of(headers, app).ok_or(AppError::NotSignedIn)?.hash();
    let session = app.store.touch_session(&hash).await?.ok_or(AppError::NotSignedIn)?;
    let found = queries::utilisateur::find(&app.pool, session.utilisateur_id).await?;
    // A new password ends the sessions that were opened with the old one.
    let found = found.filter(|found| found.password_mark == session.password_mark);
    found.map(|found| (found, hash)).ok_or(AppError::NotSignedIn)
}

/// Whose script the token lets in.
async fn by_token(app: &App, token: &[u8]) -> Result<(queries::utilisateur::Utilisateur, Jeton), AppError> {
    let jeton = bearer::parse(token).ok_or(AppError::InvalidToken)?;
    let owner = queries::jeton_api::owner(&app.pool, &jeton.hash()).await?.ok_or(AppError::InvalidToken)?;
    let found = queries::utilisateur::find(&app.pool, owner).await?.ok_or(AppError::InvalidToken)?;
    Ok((found, jeton))
}

/// Whether an API token still opens, for who has waited since it was looked up: meanwhile it may have been revoked.
pub async fn check_api(app: &App, jeton: &Jeton) -> Result<(), AppError> {
    let owner = queries::jeton_api::owner(&app.pool, &jeton.hash()).await?;
    owner.map(|_| ()).ok_or(AppError::InvalidToken)
}

/// A freelancer by a session of their own; with a token 403 ([`Utilisateur::check_signed_in`]).
#[derive(Debug, Clone)]
pub struct SignedIn(pub Utilisateur);

impl FromRequestParts<App> for SignedIn {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let me = Utilisateur::from_request_parts(parts, app).await?;
        me.check_signed_in()?;
        Ok(Self(me))
    }
}

/// A freelancer who also keeps the instance running. Anybody else finds nothing here.
#[derive(Debug, Clone)]
pub struct Administrateur(pub Utilisateur);

impl FromRequestParts<App> for Administrateur {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let me = Utilisateur::from_request_parts(parts, app).await?;
        if me.administrateur { Ok(Self(me)) } else { Err(AppError::NotFound) }
    }
}

/// A client, by the private link of their portal. A dead link answers one thing, whether it never was or
/// no longer is.
#[derive(Debug, Clone)]
pub struct PortailClient {
    /// Whom the link lets in, and how they read.
    pub acces: queries::portail::Acces,
    /// The link's token, to build the page's own paths.
    pub jeton: Jeton,
}

impl PortailClient {
    /// As whom their jobs run.
    pub fn actor(&self) -> Actor {
        Actor::Client(self.acces.client_id)
    }

    /// The portal's path.
    pub fn path(&self) -> String {
        format!("/portail/{}", self.jeton.expose())
    }

    /// The time zone of its dates.
    pub fn fuseau(&self) -> chrono_tz::Tz {
        fuseau(&self.acces.fuseau)
    }
}

/// Whether a portal's link still opens, for who has waited since it was looked up: meanwhile it may have
/// been revoked, and then its holder is told nothing more.
pub async fn check_portail(app: &App, jeton: &Jeton) -> Result<(), AppError> {
    let acces = queries::portail::acces(&app.pool, &jeton.hash()).await?;
    acces.map(|_| ()).ok_or(AppError::DeadLink)
}

impl FromRequestParts<App> for PortailClient {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let lien = Lien::of::<PORTAIL_BYTES>(parts, app).await;
        let acces = match &lien.jeton {
            Some(jeton) => queries::portail::acces(&app.pool, &jeton.hash()).await?,
            None => None,
        };
        let (Some(acces), Some(jeton)) = (acces, &lien.jeton) else {
            return Err(lien.missed(app).await);
        };
        Reader::find(&parts.extensions).note(acces.langue);
        Ok(Self { acces, jeton: jeton.clone() })
    }
}

/// The durable payment link of one deal. A dead one answers as [`PortailClient`]'s does.
#[derive(Debug, Clone)]
pub struct PayerLien {
    /// What the link opens.
    pub payer: queries::payer::Payer,
    /// The link's token, to build the page's own paths.
    pub jeton: Jeton,
}

impl PayerLien {
    /// As whom its jobs run.
    pub fn actor(&self) -> Actor {
        Actor::Client(self.payer.client_id)
    }

    /// The link's path.
    pub fn path(&self) -> String {
        format!("/payer/{}", self.jeton.expose())
    }

    /// The time zone of its dates.
    pub fn fuseau(&self) -> chrono_tz::Tz {
        fuseau(&self.payer.fuseau)
    }
}

impl FromRequestParts<App> for PayerLien {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let lien = Lien::of::<PAYER_BYTES>(parts, app).await;
        let payer = match &lien.jeton {
            Some(jeton) => queries::payer::find(&app.pool, &jeton.hash()).await?,
            None => None,
        };
        let (Some(payer), Some(jeton)) = (payer, &lien.jeton) else {
            return Err(lien.missed(app).await);
        };
        Reader::find(&parts.extensions).note(payer.langue);
        Ok(Self { payer, jeton: jeton.clone() })
    }
}

/// The token of a private link, before it is looked up.
struct Lien {
    address: Address,
    /// `None` when it cannot be a token of ours; it misses like any other.
    jeton: Option<Jeton>,
}

impl Lien {
    async fn of<const N: usize>(parts: &mut Parts, app: &App) -> Self {
        let Ok(address) = Address::from_request_parts(parts, app).await;
        // Who chose a language keeps it, also where their link is dead.
        if let Some(langue) = Params::of(parts.uri.query().unwrap_or_default()).parse("langue") {
            Reader::find(&parts.extensions).note(langue);
        }
        let jeton = path_param(parts, app, "token").await.and_then(|text| Jeton::parse(&text, N));
        Self { address, jeton }
    }

    /// The token of a one-time link that opens, or what a dead one answers: `dead`.
    async fn opened(self, app: &App, opens: bool, dead: AppError) -> Result<Jeton, AppError> {
        match &self.jeton {
            Some(jeton) if opens => Ok(jeton.clone()),
            _ => match self.missed(app).await {
                AppError::DeadLink => Err(dead),
                error => Err(error),
            },
        }
    }

    /// What a link that opens nothing answers. Only these are counted: a full counter never shuts out who
    /// holds a link that opens.
    async fn missed(&self, app: &App) -> AppError {
        limits::count_miss(app, Rule::DeadLink(self.address)).await.err().unwrap_or(AppError::DeadLink)
    }
}

/// The one-time set-up link, as long as it opens. A dead one tells how to come by another.
#[derive(Debug, Clone)]
pub struct InstallationLien(pub Jeton);

impl FromRequestParts<App> for InstallationLien {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let lien = Lien::of::<INSTALLATION_BYTES>(parts, app).await;
        let opens = match &lien.jeton {
            Some(jeton) => queries::utilisateur::installation_is_open(&app.pool, &jeton.hash()).await?,
            None => false,
        };
        lien.opened(app, opens, AppError::DeadSetup).await.map(Self)
    }
}

/// The link that sets a forgotten password anew, as long as it opens. A dead one tells how to come by another.
#[derive(Debug, Clone)]
pub struct OubliLien {
    /// What the link holds.
    pub jeton: Jeton,
    /// The address of its account.
    pub email: String,
}

impl FromRequestParts<App> for OubliLien {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let lien = Lien::of::<OUBLI_BYTES>(parts, app).await;
        let email = match &lien.jeton {
            Some(jeton) => queries::utilisateur::oubli_email(&app.pool, &jeton.hash(), app.now()).await?,
            None => None,
        };
        let jeton = lien.opened(app, email.is_some(), AppError::DeadReset).await?;
        Ok(Self { jeton, email: email.ok_or(AppError::DeadReset)? })
    }
}

/// The `{id}` of the path. What is no id is not found, as an id that nobody has.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub Uuid);

impl FromRequestParts<App> for Id {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let text = path_param(parts, app, "id").await.ok_or(AppError::NotFound)?;
        Uuid::try_parse(&text).map(Self).map_err(|_| AppError::NotFound)
    }
}

/// The `{evt}` of the path: Stripe's id of an event. What cannot be one is not found.
#[derive(Debug, Clone)]
pub struct Evt(pub String);

impl FromRequestParts<App> for Evt {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let text = path_param(parts, app, "evt").await.ok_or(AppError::NotFound)?;
        let is_id =
            text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_id { Ok(Self(text)) } else { Err(AppError::NotFound) }
    }
}

async fn path_param(parts: &mut Parts, app: &App, name: &str) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, app).await.ok()?;
    params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// The secret of the session that a request carries, whether or not it still opens one.
#[derive(Debug, Clone)]
pub struct SessionCookie(Jeton);

impl SessionCookie {
    fn of(headers: &HeaderMap, app: &App) -> Option<Self> {
        let name = cookie_name(app);
        let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = pairs.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, secret) = pairs.find(|(key, _)| *key == name)?;
        Jeton::parse(secret, SESSION_BYTES).map(Self)
    }

    fn hash(&self) -> String {
        hex::encode(self.0.hash())
    }
}

/// The session cookie that the request carries, if any. Who signs in or out has no business with an API token: 403.
#[derive(Debug, Clone)]
pub struct Cookie(pub Option<SessionCookie>);

impl FromRequestParts<App> for Cookie {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        if bearer::of(&parts.headers, parts.uri.path()).is_some() {
            return Err(AppError::TokenRefused);
        }
        Ok(Self(SessionCookie::of(&parts.headers, app)))
    }
}

/// What an answer does to the session cookie.
#[derive(Debug)]
#[must_use = "the browser must be told"]
pub struct SetSession(HeaderValue);

impl IntoResponseParts for SetSession {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Self::Error> {
        response.headers_mut().append(SET_COOKIE, self.0);
        Ok(response)
    }
}

/// Opens a new session, always under a new secret, and ends the one that the request came with.
pub async fn open(
    app: &App,
    utilisateur_id: Uuid,
    password_mark: &str,
    old: Cookie,
    appareil: &Appareil,
) -> Result<SetSession, AppError> {
    let secret = SessionCookie(Jeton::generate::<SESSION_BYTES>(&mut rand::rng()));
    let session = Session {
        utilisateur_id,
        password_mark: password_mark.to_owned(),
        opened: app.now(),
        appareil: appareil.0.clone(),
    };
    app.store.open_session(&secret.hash(), &session).await?;
    if let Some(old) = old.0 {
        app.store.close_session(&old.hash()).await?;
    }
    set_cookie(app, secret.0.expose(), COOKIE_SECONDS)
}

/// An open session, as its owner sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// The hash of its cookie: names it, and opens nothing.
    pub id: String,
    /// On what: « Firefox, Linux »; empty when the browser did not say.
    pub appareil: String,
    /// When it was opened.
    pub date_ouverture: DateTime<Utc>,
    /// When it was last used.
    pub date_vue: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub actuelle: bool,
}

/// The freelancer's open sessions, the one that asks first, then the last used.
pub async fn open_sessions(app: &App, me: &Utilisateur) -> Result<Vec<SessionView>, AppError> {
    let sessions = app.store.sessions(me.id).await?.into_iter();
    // Opened with an older password, it opens nothing any more.
    let sessions = sessions.filter(|(_, session, _)| session.password_mark == me.password_mark);
    let mut sessions: Vec<_> = sessions
        .map(|(id, session, idle)| SessionView {
            actuelle: me.session.as_ref() == Some(&id),
            id,
            appareil: session.appareil,
            date_ouverture: session.opened,
            date_vue: app.now() - TimeDelta::seconds(idle),
        })
        .collect();
    sessions.sort_by_key(|session| (!session.actuelle, std::cmp::Reverse(session.date_vue)));
    Ok(sessions)
}

/// What a browser says that it is, as much as tells a person which of theirs it was: « Firefox, Linux ».
#[derive(Debug, Clone)]
pub struct Appareil(pub String);

impl<S: Sync> FromRequestParts<S> for Appareil {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self(appareil(agent.unwrap_or_default())))
    }
}

fn appareil(agent: &str) -> String {
    // In this order: each of them also calls itself some of those that follow.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let parts: Vec<_> = [named(&browsers), named(&systems)].into_iter().flatten().collect();
    parts.join(", ")
}

/// Ends the session at once, wherever its secret may have got to.
pub async fn close(app: &App, cookie: Cookie) -> Result<SetSession, AppError> {
    if let Some(cookie) = cookie.0 {
        app.store.close_session(&cookie.hash()).await?;
    }
    set_cookie(app, "", 0)
}

fn set_cookie(app: &App, value: &str, seconds: u32) -> Result<SetSession, AppError> {
    let secure = if app.public_url.is_https() { "; Secure" } else { "" };
    let name = cookie_name(app);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut header = HeaderValue::try_from(text).map_err(|error| AppError::Internal(error.into()))?;
    header.set_sensitive(true);
    Ok(SetSession(header))
}

/// `__Host-` keeps other hosts of the domain from planting one; browsers take it over https only.
fn cookie_name(app: &App) -> &'static str {
    if app.public_url.is_https() { "__Host-guichet_session" } else { "guichet_session" }
}

/// Where to sign in, and where to come back to: the page that was asked for.
pub fn to_connexion(page: Option<&Uri>) -> HeaderValue {
    let page = page.and_then(|uri| uri.path_and_query()).map(PathAndQuery::as_str);
    let target = match page.and_then(relative_next).filter(|page| *page != "/") {
        Some(page) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", page).finish();
            format!("/connexion?{query}")
        }
        None => "/connexion".to_owned(),
    };
    HeaderValue::try_from(target).unwrap_or_else(|_| HeaderValue::from_static("/connexion"))
}

/// The page to go to after sign-in, if it is one of ours: a path, never another site.
pub fn relative_next(next: &str) -> Option<&str> {
    let is_plain = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain.then_some(next)
}

/// A zone by its IANA name; Paris's where the name is unknown here.
pub fn fuseau(name: &str) -> chrono_tz::Tz {
    name.parse().unwrap_or(chrono_tz::Europe::Paris)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_a_path_of_ours() {
        assert_eq!(relative_next("/clients?q=a%20b"), Some("/clients?q=a%20b"));
        for wrong in
            ["", "clients", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/é"]
        {
            assert_eq!(relative_next(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_browser_is_named_as_people_know_it() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            ("<script>", ""),
        ] {
            assert_eq!(appareil(agent), name);
        }
    }

    #[test]
    fn the_page_that_was_asked_for_is_remembered() {
        let destination = |uri: &'static str| to_connexion(Some(&Uri::from_static(uri)));
        assert_eq!(destination("/clients?q=a&b=%2F"), "/connexion?next=%2Fclients%3Fq%3Da%26b%3D%252F");
        assert_eq!(destination("/"), "/connexion");
        assert_eq!(to_connexion(None), "/connexion");
    }
}
