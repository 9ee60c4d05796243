//! `GET /`: what happened, with what can be done about it as buttons, and the faults as switches.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};

use super::page;
use crate::simulateur::core::Core;
use crate::simulateur::currency;
use crate::simulateur::dispute::{self, Dispute};
use crate::simulateur::error::{Result, StripeError};
use crate::simulateur::fault::{FauteApi, FauteWebhook, Fautes, GenreApi, GenreWebhook};
use crate::simulateur::payment::{self, Moyen};
use crate::simulateur::refund::{self, Refund, Wanted};
use crate::simulateur::state::{Attempt, Delivery, Origin, Outcome, Session, State};

/// The page and its buttons.
pub(crate) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/", get(home))
        .route("/sessions/{id}", post(act))
        .route("/remboursements/{id}", post(settle_refund))
        .route("/litiges/{id}", post(close_dispute))
        .route("/evenements/{id}", post(resend))
        .route("/fautes/webhooks", post(fault_of_webhooks))
        .route("/fautes/api", post(fault_of_api))
        .route("/fautes/aucune", post(no_faults))
}

async fn home(Shared(core): Shared<Arc<Core>>, headers: HeaderMap) -> Response {
    show(&core, &headers, None)
}

/// Back to the page, or the page with what speaks against it.
fn shown_after(core: &Arc<Core>, headers: &HeaderMap, done: Result<()>) -> Response {
    match done {
        Ok(()) => Redirect::to("/").into_response(),
        Err(error) => show(core, headers, Some(error.message())),
    }
}

fn show(core: &Arc<Core>, headers: &HeaderMap, erreur: Option<&str>) -> Response {
    let (sessions, deliveries) = core.read(|state| {
        let sessions: Vec<_> =
            state.sessions.rows().iter().rev().take(200).map(|session| whole_row(state, session)).collect();
        let deliveries = state.deliveries.rows().iter().rev().take(50);
        let deliveries: Vec<_> = deliveries.map(delivery_row).collect();
        (sessions, deliveries)
    });
    let context = context! {
        fr => speaks_french(headers),
        erreur,
        sessions,
        deliveries,
        endpoint => core.endpoint().map(|endpoint| endpoint.url),
        fautes => core.faults(|faults| fault_rows(faults)),
    };
    page("accueil.html", &context, if erreur.is_some() { StatusCode::CONFLICT } else { StatusCode::OK })
}

/// French unless the browser asks for English before.
fn speaks_french(headers: &HeaderMap) -> bool {
    let asked =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = asked.split(',').map(str::trim).find(|tag| tag.starts_with("fr") || tag.starts_with("en"));
    first.is_none_or(|tag| tag.starts_with("fr"))
}

#[derive(Deserialize)]
struct Act {
    acte: String,
    #[serde(default)]
    montant: String,
}

async fn act(
    Shared(core): Shared<Arc<Core>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(Act { acte, montant }): Form<Act>,
) -> Response {
    let moyen = match acte.as_str() {
        "carte" => Some(Moyen::Carte),
        "carte_refusee" => Some(Moyen::CarteRefusee),
        "sepa" => Some(Moyen::Sepa),
        "sepa_echec" => Some(Moyen::SepaEchec),
        _ => None,
    };
    let done = match moyen {
        Some(moyen) => super::pay(&core, &id, moyen).await,
        None => act_on(&core, &id, &acte, &montant),
    };
    shown_after(&core, &headers, done)
}

fn act_on(core: &Arc<Core>, id: &str, acte: &str, montant: &str) -> Result<()> {
    let base = &core.base;
    let amount = || {
        let currency = core.read(|state| state.sessions.get(id).map(|session| session.currency.clone()))?;
        match currency::minor(&currency, montant) {
            None if !montant.is_empty() => Err(StripeError::invalid("montant", "Montant illisible.")),
            amount => Ok(amount),
        }
    };
    match acte {
        "honorer" => core.made(|state| payment::settle_debit(state, base, id, Some(true))),
        "rejeter" => core.made(|state| payment::settle_debit(state, base, id, Some(false))),
        "expirer" => core.made(|state| payment::expire(state, base, id, Origin::default())),
        "rembourser" => core.refund(id, Wanted { amount: amount()?, ..Wanted::default() }).map(drop),
        "rembourser_lentement" => {
            core.refund(id, Wanted { amount: amount()?, pending: true, ..Wanted::default() }).map(drop)
        }
        "contester" => core.dispute(id, amount()?, false).map(drop),
        "enquete" => core.dispute(id, amount()?, true).map(drop),
        _ => Err(StripeError::invalid("acte", "Acte inconnu.")),
    }
}

/// Whether it went as the button says.
#[derive(Deserialize)]
struct Issue {
    bon: bool,
}

async fn settle_refund(
    Shared(core): Shared<Arc<Core>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(Issue { bon }): Form<Issue>,
) -> Response {
    let done = core.made(|state| refund::settle(state, &id, bon));
    shown_after(&core, &headers, done)
}

async fn close_dispute(
    Shared(core): Shared<Arc<Core>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(Issue { bon }): Form<Issue>,
) -> Response {
    let done = core.made(|state| dispute::end(state, &id, bon, &Origin::default()));
    shown_after(&core, &headers, done)
}

async fn resend(Shared(core): Shared<Arc<Core>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let done = core.deliver_again(&id, 1).await;
    shown_after(&core, &headers, done)
}

/// A fault, for the next time only or until the faults are changed.
#[derive(Deserialize)]
struct Switch<T> {
    faute: T,
    fois: String,
}

impl<T> Switch<T> {
    fn times(&self) -> Option<u32> {
        self.fois.parse().ok()
    }
}

async fn fault_of_webhooks(
    Shared(core): Shared<Arc<Core>>,
    Form(switch): Form<Switch<GenreWebhook>>,
) -> Redirect {
    let fois = switch.times();
    let fault = match switch.faute {
        // A shuffle needs several events.
        GenreWebhook::Melanger => FauteWebhook {
            kind: None,
            faute: switch.faute,
            fois: fois.map(|times| times * 4),
            copies: 4,
            delai_ms: 0,
        },
        faute => FauteWebhook { kind: None, faute, fois, copies: 5, delai_ms: 10_000 },
    };
    core.faults(|faults| faults.webhooks.insert(0, fault));
    Redirect::to("/")
}

/// The faults of the API, and the closed port, which is none of its answers.
#[derive(Deserialize)]
#[serde(untagged)]
enum ApiFault {
    Answer(GenreApi),
    Other(String),
}

async fn fault_of_api(
    Shared(core): Shared<Arc<Core>>,
    headers: HeaderMap,
    Form(switch): Form<Switch<ApiFault>>,
) -> Response {
    let fois = switch.times();
    let done = match switch.faute {
        ApiFault::Answer(faute) => {
            // Longer than any caller waits.
            let fault = FauteApi { methode: None, chemin: None, faute, fois, delai_ms: 40_000 };
            core.faults(|faults| faults.api.insert(0, fault));
            Ok(())
        }
        ApiFault::Other(other) if other == "refus" => {
            core.close_port_for(std::time::Duration::from_secs(30));
            let fr = speaks_french(&headers);
            return page("ferme.html", &context! { fr }, StatusCode::OK);
        }
        ApiFault::Other(_) => Err(StripeError::invalid("faute", "Panne inconnue.")),
    };
    shown_after(&core, &headers, done)
}

async fn no_faults(Shared(core): Shared<Arc<Core>>) -> Redirect {
    core.set_faults(Fautes::default());
    Redirect::to("/")
}

/// A session as the pages tell it.
pub(crate) fn row(session: &Session) -> Value {
    context! {
        id => session.id.clone(),
        statut => session.status.clone(),
        paiement => session.payment_status.clone(),
        montant => currency::shown(&session.currency, session.total),
        nom => session.lines.first().map(|line| line.name.clone()),
        refusee => session.declined,
        debit => session.status == "complete" && session.payment_status == "unpaid",
        sepa => session.means.iter().any(|means| means == "sepa_debit"),
        carte => session.means.iter().any(|means| means == "card"),
    }
}

/// The same with what came after the payment.
fn whole_row(state: &State, session: &Session) -> Value {
    let intent = session.intent.as_ref().and_then(|id| state.intents.get(id).ok());
    let about = |id: &String| intent.is_some_and(|intent| intent.id == *id);
    let refunds = state.refunds.rows().iter().filter(|refund| about(&refund.intent)).map(refund_row);
    let disputes = state.disputes.rows().iter().filter(|dispute| about(&dispute.intent)).map(dispute_row);
    context! {
        remboursements => refunds.collect::<Vec<_>>(),
        litiges => disputes.collect::<Vec<_>>(),
        debit_en_cours => intent.is_some_and(|intent| intent.status == "processing"),
        remboursable => intent.is_some_and(|i| i.status == "succeeded" && i.amount_refunded < i.amount),
        contestable => intent
            .is_some_and(|i| i.status == "succeeded" && !i.disputed && i.amount_refunded < i.amount),
        ..row(session)
    }
}

fn refund_row(refund: &Refund) -> Value {
    context! {
        id => refund.id.clone(),
        montant => currency::shown(&refund.currency, refund.amount),
        statut => refund.status.clone(),
    }
}

fn dispute_row(dispute: &Dispute) -> Value {
    context! {
        id => dispute.id.clone(),
        montant => currency::shown(&dispute.currency, dispute.amount),
        statut => dispute.status.clone(),
        ouvert => dispute.is_open(),
        enquete => dispute.inquiry,
    }
}

/// The faults in force.
fn fault_rows(faults: &Fautes) -> Vec<Value> {
    let webhooks = faults.webhooks.iter().map(|fault| ("Webhooks", word(fault.faute), fault.fois));
    let api = faults.api.iter().map(|fault| ("API", word(fault.faute), fault.fois));
    let rows = webhooks.chain(api).filter(|(.., fois)| *fois != Some(0));
    rows.map(|(lieu, faute, fois)| context! { lieu, faute, fois }).collect()
}

/// A fault's name in the control API.
fn word(fault: impl Serialize) -> String {
    let name = serde_json::to_value(fault).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

fn delivery_row(delivery: &Delivery) -> Value {
    let answer = |attempt: &Attempt| match (attempt.statut, &attempt.erreur) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => error.clone(),
        (None, None) => String::new(),
    };
    let answers: Vec<_> = delivery.attempts.iter().map(answer).collect();
    let statut = match delivery.outcome {
        Outcome::EnCours => "en_cours",
        Outcome::Livree => "livree",
        Outcome::Abandonnee => "abandonnee",
        Outcome::Perdue => "perdue",
    };
    context! { kind => delivery.kind.clone(), event => delivery.event.clone(), statut, essais => answers.join(", ") }
}
