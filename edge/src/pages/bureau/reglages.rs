//! `/reglages`: the freelancer's account, their sessions and API tokens, and how Stripe and mail are set up.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use common::jobs::{ProcessStripeWebhook, RevokeJetonApi, UpdateLogo};

use super::Bureau;
use crate::commands::{self, JETON_NOM_MAX};
use crate::connexion;
use crate::fields::Fields;
use crate::jetons::{self, Nouveau};
use crate::pages::form::{Forms, Values, or_again, values};
use crate::pages::page_context;
use crate::pages::submission::{Destination, PATIENCE_PAGE};
use crate::problem::AppError;
use crate::queries::{courriel, jeton_api, logo, utilisateur};
use crate::session::{Appareil, Cookie, Id, open_sessions};

/// Mails that were not taken, as the page shows them.
const REFUSED: i64 = 5;

/// `GET /reglages?fait=`
pub async fn show(bureau: Bureau) -> Result<Response, AppError> {
    page(&bureau, StatusCode::OK, Forms::default()).await
}

/// `POST /reglages`: name, language, time zone.
pub async fn update(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_utilisateur(&mut fields);
    let page = async |status, forms| page(&bureau, status, forms).await;
    bureau.submit("profil", job, &fields, Destination::Page("/reglages".into()), page).await
}

/// `POST /reglages/couleur`: the band at the head of the clients' pages; none when it is sent empty.
pub async fn update_couleur(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_utilisateur(&mut fields);
    let page = async |status, forms| page(&bureau, status, forms).await;
    bureau.submit("couleur", job, &fields, Destination::Page("/reglages#couleur".into()), page).await
}

/// `POST /reglages/logo`: the picture at the head of the clients' pages.
pub async fn update_logo(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_logo(&mut fields);
    let page = async |status, forms| page(&bureau, status, forms).await;
    bureau.submit("logo", job, &fields, Destination::Page("/reglages#logo".into()), page).await
}

/// `POST /reglages/logo/retirer`: no picture any more.
pub async fn remove_logo(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = fields.finish(UpdateLogo { logo: None });
    let page = async |status, forms| page(&bureau, status, forms).await;
    bureau.submit("logo", job, &fields, Destination::Page("/reglages#logo".into()), page).await
}

/// `POST /reglages/mot-de-passe`: a new password, which ends the other sessions.
pub async fn update_mot_de_passe(
    bureau: Bureau,
    cookie: Cookie,
    appareil: Appareil,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let changed = connexion::change_password(&bureau.app, &bureau.me, cookie, &appareil, &mut fields).await;
    let sent = changed.map(|session| (session, Redirect::to("/reglages?avis=mot-de-passe")).into_response());
    let page = async |status, forms| page(&bureau, status, forms).await;
    or_again(sent, "motDePasse", &fields, bureau.cadre.langue, page).await
}

/// `POST /reglages/sessions/fermer` `{ session? }`: ends one session, or all but this one.
pub async fn close_sessions(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let session = fields.optional_text("session", 64);
    fields.finish(())?;
    connexion::close_sessions(&bureau.app, &bureau.me, session.as_deref()).await?;
    Ok(Redirect::to("/reglages?avis=sessions#sessions").into_response())
}

/// `POST /reglages/jetons`: a new API token, on the one page that ever shows it.
pub async fn create_jeton(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let key = fields.key().map(str::to_owned);
    match jetons::create(&bureau.app, &bureau.me, key.as_deref(), PATIENCE_PAGE, &mut fields).await {
        Ok(nouveau) => page_with(&bureau, StatusCode::OK, Forms::default(), Some(nouveau)).await,
        Err(error) => {
            let page = async |status, forms| page(&bureau, status, forms).await;
            or_again(Err(error), "jeton", &fields, bureau.cadre.langue, page).await
        }
    }
}

/// `POST /reglages/jetons/{id}/revoquer`: the token is dead with the commit.
pub async fn revoke_jeton(
    bureau: Bureau,
    Id(jeton_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(RevokeJetonApi { jeton_id });
    let page = async |status, forms| page(&bureau, status, forms).await;
    bureau.submit("jeton", job, &fields, Destination::Page("/reglages#jetons".into()), page).await
}

async fn page(bureau: &Bureau, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    page_with(bureau, status, forms, None).await
}

async fn page_with(
    bureau: &Bureau,
    status: StatusCode,
    forms: Forms,
    nouveau: Option<Nouveau>,
) -> Result<Response, AppError> {
    let (app, me) = (&bureau.app, &bureau.me);
    let (profil, logo, jetons, boite, dernier_webhook) = tokio::try_join!(
        utilisateur::profil(&app.pool, me.id),
        logo::of_utilisateur(&app.pool, me.id),
        jeton_api::list(&app.pool, me.id),
        courriel::boite(&app.pool, me.id, REFUSED),
        utilisateur::dernier_webhook(&app.pool),
    )?;
    let card = values([
        ("nom", Some(profil.nom.clone())),
        ("langue", Some(profil.langue.to_string())),
        ("fuseau", Some(profil.fuseau.clone())),
    ]);
    let avis = bureau.params.get("avis").filter(|avis| ["mot-de-passe", "sessions"].contains(avis));
    let context = page_context! {
        email => profil.email,
        fuseaux => chrono_tz::TZ_VARIANTS.map(chrono_tz::Tz::name).as_slice(),
        avis,
        f => forms.get("profil", card),
        logo,
        fLogo => forms.get("logo", Values::new()),
        couleur => profil.couleur,
        fCouleur => forms.get("couleur", values([("couleur", profil.couleur.clone())])),
        fMotDePasse => forms.get("motDePasse", Values::new()),
        sessions => open_sessions(app, me).await?,
        jetons,
        nouveau,
        jetonNomMax => JETON_NOM_MAX,
        fJeton => forms.get("jeton", Values::new()),
        webhook => app.public_url.webhook(),
        webhookOuvert => !app.webhook_secrets.is_empty(),
        evenements => ProcessStripeWebhook::TYPES,
        dernierWebhook => dernier_webhook,
        smtp => bureau.instance.smtp,
        boite,
    };
    bureau.page("reglages.html", "reglages", status, context).await
}
