//! The pages for people: the hosted page where a session is paid, and the simulator's own (`home`).

mod home;

use std::sync::{Arc, LazyLock};

use axum::extract::{Form, Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use minijinja::{Environment, context};
use serde::Deserialize;

pub(crate) use self::home::routes;
use super::core::Core;
use super::error::StripeError;
use super::payment::{self, Moyen};
use super::state::Session;
use super::webhook::FirstTry;

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    for (name, source) in [
        ("style.css", include_str!("pages/style.css")),
        ("accueil.html", include_str!("pages/accueil.html")),
        ("ferme.html", include_str!("pages/ferme.html")),
        ("payer.html", include_str!("pages/payer.html")),
    ] {
        pages.add_template(name, source).expect("the pages are part of the program and were tried");
    }
    pages
});

/// What the hosted page's buttons send.
#[derive(Deserialize)]
pub(crate) struct Choice {
    action: Action,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Carte,
    CarteRefusee,
    Sepa,
    SepaEchec,
    Abandonner,
}

/// `GET /c/pay/{id}`.
pub(crate) async fn show(Shared(core): Shared<Arc<Core>>, Path(id): Path<String>) -> Response {
    match core.read(|state| state.sessions.get(&id).cloned()) {
        Ok(session) => hosted_page(&session, StatusCode::OK),
        Err(_) => not_found(),
    }
}

/// `POST /c/pay/{id}`: pays, or gives up, and sends the payer back.
pub(crate) async fn choose(
    Shared(core): Shared<Arc<Core>>,
    Path(id): Path<String>,
    Form(Choice { action }): Form<Choice>,
) -> Response {
    let Ok(session) = core.read(|state| state.sessions.get(&id).cloned()) else {
        return not_found();
    };
    let moyen = match action {
        Action::Carte => Moyen::Carte,
        Action::CarteRefusee => Moyen::CarteRefusee,
        Action::Sepa => Moyen::Sepa,
        Action::SepaEchec => Moyen::SepaEchec,
        // Leaving changes nothing: the session stays open.
        Action::Abandonner => return back(&session, session.cancel_url.as_ref()),
    };
    let paid = pay(&core, &id, moyen).await;
    let Ok(session) = core.read(|state| state.sessions.get(&id).cloned()) else {
        return not_found();
    };
    match paid {
        Ok(()) if moyen == Moyen::CarteRefusee => hosted_page(&session, StatusCode::PAYMENT_REQUIRED),
        Ok(()) => back(&session, session.success_url.as_ref()),
        Err(_) => hosted_page(&session, StatusCode::CONFLICT),
    }
}

/// Pays, and waits as Stripe does for the endpoint's answer to `checkout.session.completed`.
pub(crate) async fn pay(core: &Arc<Core>, id: &str, moyen: Moyen) -> Result<(), StripeError> {
    // Its time may be over although no clock tick has closed it yet.
    let due = core.change(|state| payment::expire_due(state, &core.base));
    drop(core.dispatch(&due));
    let events = core.change(|state| payment::pay(state, &core.base, id, moyen))?;
    let tries = core.dispatch(&events);
    let wait = async {
        for (_, tried) in
            tries.into_iter().filter(|(kind, _): &FirstTry| kind == "checkout.session.completed")
        {
            // A delivery that ended with the simulator was not tried: nothing more to wait for.
            drop(tried.await);
        }
    };
    // Stripe's patience is bounded; the payer goes back whatever the endpoint does.
    drop(tokio::time::timeout(core.options.page_wait, wait).await);
    Ok(())
}

fn hosted_page(session: &Session, status: StatusCode) -> Response {
    let fr = session.locale.as_ref().is_none_or(|locale| locale == "auto" || locale.starts_with("fr"));
    let context = context! {
        fr,
        session => home::row(session),
        sepa => session.means.iter().any(|means| means == "sepa_debit"),
        carte => session.means.iter().any(|means| means == "card"),
        email => session.customer_email.clone(),
        retour => back_url(session, session.success_url.as_ref()),
        annulation => session.cancel_url.clone(),
    };
    page("payer.html", &context, status)
}

fn page(name: &str, context: &minijinja::Value, status: StatusCode) -> Response {
    let rendered = PAGES.get_template(name).and_then(|template| template.render(context));
    match rendered {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

fn back(session: &Session, url: Option<&String>) -> Response {
    match back_url(session, url) {
        Some(url) => Redirect::to(&url).into_response(),
        None => hosted_page(session, StatusCode::OK),
    }
}

fn back_url(session: &Session, url: Option<&String>) -> Option<String> {
    url.map(|url| url.replace("{CHECKOUT_SESSION_ID}", &session.id))
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "Session de paiement inconnue.").into_response()
}
