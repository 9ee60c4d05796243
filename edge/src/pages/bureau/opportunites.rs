//! `/opportunites`

use std::collections::HashMap;

use axum::http::StatusCode;
use axum::http::header::CONTENT_LOCATION;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use common::domaine::{EtapePipeline, MoyenPaiement, StatutPaiement};
use common::jobs::{
    CancelPaymentLink, CreateCheckoutSession, DeleteOpportunite, ProcessStripeWebhook, RefreshPayment,
    ReplayStripeEvent, ReversePayment, SendLienPaiement,
};
use common::montant::Devise;
use common::texte::{isolated, lookup, write_jour, write_montant};
use uuid::Uuid;

use super::Bureau;
use crate::commands;
use crate::fields::Fields;
use crate::ownership::Targets;
use crate::pages::form::{Forms, Values, values};
use crate::pages::page_context;
use crate::pages::submission::{Destination, retour};
use crate::problem::AppError;
use crate::queries::client::Client;
use crate::queries::evenement;
use crate::queries::opportunite::{self, Filter, Opportunite};
use crate::queries::paiement::Remboursable;
use crate::queries::{PER_PAGE, client, courriel, paiement, recu};
use crate::session::{Evt, Id};

/// Cards that a column of the board shows.
const PER_COLUMN: i64 = 12;

/// `GET /opportunites?vue=&q=&etapePipeline=&statutPaiement=&devise=&echeance=&client=&apres=&nouveau=`
pub async fn list(bureau: Bureau) -> Result<Response, AppError> {
    list_page(&bureau, StatusCode::OK, Forms::default()).await
}

/// `POST /opportunites`
pub async fn create(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::create_opportunite(&mut fields);
    let page = async |status, forms| list_page(&bureau, status, forms).await;
    bureau.submit("f", job, &fields, Destination::Created, page).await
}

/// What the deals are narrowed to by the parameters of a page.
pub(super) fn filter(bureau: &Bureau) -> Filter {
    let params = &bureau.params;
    Filter {
        recherche: params.get("q").map(str::to_owned),
        client_id: params.parse("client"),
        etape_pipeline: params.parse("etapePipeline"),
        statut_paiement: params.parse("statutPaiement"),
        devise: params.get("devise").and_then(|code| Devise::parse(code).ok()),
        echeance: params.parse("echeance").map(|echeance| (echeance, bureau.cadre.aujourdhui())),
    }
}

async fn list_page(bureau: &Bureau, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    let (pool, liens, me, params) = (&bureau.app.pool, &bureau.app.liens, bureau.me.id, &bureau.params);
    let filter = filter(bureau);
    let as_list = params.get("vue") == Some("liste");
    let page = async {
        if !as_list {
            return Ok(None);
        }
        opportunite::list(pool, me, &filter, params.parse("apres"), PER_PAGE, liens).await.map(Some)
    };
    let client = async {
        match filter.client_id {
            Some(id) => client::find(pool, me, id, liens).await,
            None => Ok(None),
        }
    };
    // The list shows the columns' counts and sums, and none of their cards.
    let per_column = if as_list { 0 } else { PER_COLUMN };
    let ouvert = params.get("nouveau").is_some() || forms.is_refused("f");
    let (page, client, colonnes, devises) = tokio::try_join!(
        page,
        client,
        opportunite::board(pool, me, &filter, per_column, bureau.cadre.aujourdhui(), liens),
        opportunite::devises(pool, me)
    )?;
    let fresh = values([
        ("clientId", filter.client_id.map(|id| id.to_string())),
        ("devise", Some(Devise::EUR.to_string())),
    ]);
    let f = forms.get("f", fresh);
    // Before the first deal the page says whether a client is missing.
    let clients = if ouvert || colonnes.iter().all(|colonne| colonne.nombre == 0) {
        client::choices(pool, me, f.client_id()).await?
    } else {
        Vec::new()
    };
    let context = page_context! {
        vue => if as_list { "liste" } else { "tableau" },
        colonnes,
        page,
        client,
        devises,
        filtre => page_context! {
            recherche => filter.recherche.as_deref().unwrap_or_default(),
            etape => filter.etape_pipeline.map_or("", EtapePipeline::as_str),
            statut => filter.statut_paiement.map_or("", StatutPaiement::as_str),
            devise => filter.devise.map_or("", Devise::code),
            echeance => filter.echeance.map_or("", |(echeance, _)| echeance.as_str()),
        },
        filtres => params.query(&["q", "etapePipeline", "statutPaiement", "devise", "echeance", "client"]),
        clients,
        ouvert,
        f,
        fDeplacer => forms.get("deplacer", Values::new()),
    };
    bureau.page("opportunites.html", "opportunites", status, context).await
}

/// `GET /opportunites/{id}?modifier=`
pub async fn show(bureau: Bureau, Id(id): Id) -> Result<Response, AppError> {
    page(&bureau, id, StatusCode::OK, Forms::default()).await
}

/// `POST /opportunites/{id}`: its words and price, or its stage alone, from its page or from the board.
pub async fn update(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let destination = retour(&mut fields).unwrap_or_else(|| path(id));
    let form = if fields.contains("titre") { "modifier" } else { "f" };
    let job = commands::update_opportunite(id, &mut fields);
    submit(&bureau, id, form, job, &fields, Destination::Page(destination)).await
}

/// `POST /opportunites/{id}/lien`: « Générer lien de paiement ».
pub async fn generate_link(
    bureau: Bureau,
    Id(opportunite_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(CreateCheckoutSession { opportunite_id });
    submit(&bureau, opportunite_id, "f", job, &fields, Destination::Page(path(opportunite_id))).await
}

/// `POST /opportunites/{id}/lien/annuler`: « Annuler le lien de paiement ».
pub async fn cancel_link(
    bureau: Bureau,
    Id(opportunite_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(CancelPaymentLink { opportunite_id });
    submit(&bureau, opportunite_id, "annuler-lien", job, &fields, Destination::Page(path(opportunite_id)))
        .await
}

/// `POST /opportunites/{id}/encaissement`: « Marquer payé ».
pub async fn record_payment(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::record_payment(id, &mut fields);
    submit(&bureau, id, "encaisser", job, &fields, Destination::Page(path(id))).await
}

/// `POST /opportunites/{id}/encaissement/annuler`: « Annuler cet encaissement ».
pub async fn reverse_payment(
    bureau: Bureau,
    Id(opportunite_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(ReversePayment { opportunite_id });
    submit(
        &bureau,
        opportunite_id,
        "annuler-encaissement",
        job,
        &fields,
        Destination::Page(path(opportunite_id)),
    )
    .await
}

/// `POST /opportunites/{id}/envoyer`: the link goes to the client by mail, the first time or as a reminder.
pub async fn send_link(
    bureau: Bureau,
    Id(opportunite_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(SendLienPaiement { opportunite_id });
    submit(&bureau, opportunite_id, "f", job, &fields, Destination::Page(path(opportunite_id))).await
}

/// `POST /opportunites/{id}/verifier`: what does Stripe say of it?
pub async fn refresh(
    bureau: Bureau,
    Id(opportunite_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(RefreshPayment { opportunite_id });
    submit(&bureau, opportunite_id, "f", job, &fields, Destination::Page(path(opportunite_id))).await
}

/// `POST /opportunites/{id}/supprimer`
pub async fn delete(
    bureau: Bureau,
    Id(opportunite_id): Id,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(DeleteOpportunite { opportunite_id });
    submit(&bureau, opportunite_id, "supprimer", job, &fields, Destination::Page("/opportunites".into()))
        .await
}

/// `POST /opportunites/{id}/remboursements`: money goes back, whole or in part.
pub async fn refund(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::refund_payment(id, &mut fields);
    submit(&bureau, id, "rembourser", job, &fields, Destination::Page(path(id))).await
}

/// `GET /opportunites/{id}/evenements-stripe/{evt}`: one event of the proof, as Stripe sent it.
pub async fn show_stripe_event(bureau: Bureau, Id(id): Id, Evt(evt): Evt) -> Result<Response, AppError> {
    stripe_event_page(&bureau, id, &evt, StatusCode::OK, Forms::default()).await
}

/// `POST /opportunites/{id}/evenements-stripe/{evt}/rejouer`: applies it once more; nothing doubles.
pub async fn replay(
    bureau: Bureau,
    Id(opportunite_id): Id,
    Evt(evt): Evt,
    mut fields: Fields,
) -> Result<Response, AppError> {
    let job = fields.finish(ReplayStripeEvent { opportunite_id, stripe_event_id: evt.clone() });
    let there = format!("{}/evenements-stripe/{evt}", path(opportunite_id));
    let page = async |status, forms| stripe_event_page(&bureau, opportunite_id, &evt, status, forms).await;
    bureau.submit("f", job, &fields, Destination::Page(there), page).await
}

async fn stripe_event_page(
    bureau: &Bureau,
    id: Uuid,
    evt: &str,
    status: StatusCode,
    forms: Forms,
) -> Result<Response, AppError> {
    let (pool, me) = (&bureau.app.pool, bureau.me.id);
    let (o, brut) = tokio::try_join!(
        opportunite::find(pool, me, id, &bureau.app.liens),
        paiement::brut(pool, me, id, evt)
    )?;
    let brut = brut.ok_or(AppError::NotFound)?;
    let context = page_context! {
        o => o.ok_or(AppError::NotFound)?,
        corps => pretty(&brut.corps),
        preuve => brut.preuve,
        connus => ProcessStripeWebhook::TYPES,
        f => forms.get("f", Values::new()),
    };
    bureau.page("opportunites/id/evenements-stripe/id.html", "opportunites", status, context).await
}

/// JSON with its lines indented; what is no JSON as it is.
fn pretty(corps: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(corps);
    value.ok().and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| corps.to_owned())
}

/// `GET /opportunites/{id}/recu`: what attests its payments, to print.
pub async fn show_receipt(bureau: Bureau, Id(id): Id) -> Result<Response, AppError> {
    let (pool, me) = (&bureau.app.pool, bureau.me.id);
    let ids = [id];
    let (o, recus) = tokio::try_join!(
        opportunite::find(pool, me, id, &bureau.app.liens),
        recu::list(pool, me, &ids, PER_PAGE)
    )?;
    let context = page_context! { o => o.ok_or(AppError::NotFound)?, recus };
    bureau.page("opportunites/id/recu.html", "opportunites", StatusCode::OK, context).await
}

fn path(id: Uuid) -> String {
    format!("/opportunites/{id}")
}

async fn submit<J: Targets>(
    bureau: &Bureau,
    id: Uuid,
    form: &'static str,
    job: Result<J, AppError>,
    fields: &Fields,
    destination: Destination,
) -> Result<Response, AppError> {
    // The form may stand on the board or the dashboard: what was refused is shown again at the deal's own address.
    let page = async |status, forms| {
        let page = page(bureau, id, status, forms).await?;
        Ok(([(CONTENT_LOCATION, path(id))], page).into_response())
    };
    bureau.submit(form, job, fields, destination, page).await
}

async fn page(bureau: &Bureau, id: Uuid, status: StatusCode, forms: Forms) -> Result<Response, AppError> {
    let (pool, me) = (&bureau.app.pool, bureau.me.id);
    let ids = [id];
    let (o, stations, sessions, preuves, evenements, envoi, remboursables, remboursements) = tokio::try_join!(
        opportunite::find(pool, me, id, &bureau.app.liens),
        opportunite::stations(pool, me, id),
        paiement::sessions(pool, me, &ids, PER_PAGE),
        paiement::preuves(pool, me, id, PER_PAGE),
        evenement::of_reference(pool, me, id, PER_PAGE),
        courriel::last_of(pool, me, id),
        paiement::remboursables(pool, me, id),
        paiement::remboursements(pool, me, &ids, PER_PAGE),
    )?;
    let o = o.ok_or(AppError::NotFound)?;
    let client = client::find(pool, me, o.client_id, &bureau.app.liens).await?.ok_or(AppError::NotFound)?;
    let contestations = match o.statut_paiement {
        StatutPaiement::Conteste => paiement::contestations(pool, me, &ids, bureau.cadre.maintenant).await?,
        _ => HashMap::new(),
    };
    let context = page_context! {
        contestation => contestations.get(&id),
        message => message(&o, &client, &bureau.me.nom, bureau.cadre.aujourdhui()),
        client,
        envoi,
        smtp => bureau.instance.smtp,
        sessions,
        preuves,
        connus => ProcessStripeWebhook::TYPES,
        stations,
        evenements,
        f => forms.get("f", Values::new()),
        fModifier => forms.get("modifier", card(&o)),
        fSupprimer => forms.get("supprimer", Values::new()),
        fEncaisser => forms.get("encaisser", encaissement(bureau.cadre.aujourdhui())),
        fAnnulerEncaissement => forms.get("annuler-encaissement", Values::new()),
        fAnnulerLien => forms.get("annuler-lien", Values::new()),
        fRembourser => forms.get("rembourser", remboursement(&remboursables)),
        remboursables,
        plafond => PER_PAGE,
        remboursements,
        ouvrir => bureau.params.get("ouvrir"),
        modifier => bureau.params.get("modifier").is_some() || forms.is_refused("modifier"),
        o,
    };
    bureau.page("opportunites/id.html", "opportunites", status, context).await
}

fn card(o: &Opportunite) -> Values {
    values([
        ("titre", Some(o.titre.clone())),
        ("montantEstime", o.montant_estime.map(|montant| montant.to_string())),
        ("devise", Some(o.devise.to_string())),
        ("echeance", o.echeance.map(|day| day.to_string())),
    ])
}

/// A payment that came another way, as it most often did: today, by a transfer.
fn encaissement(today: NaiveDate) -> Values {
    values([("moyen", Some(MoyenPaiement::Virement.to_string())), ("datePaiement", Some(today.to_string()))])
}

/// A refund of all that is left, as it most often is.
fn remboursement(payments: &[Remboursable]) -> Values {
    let first = payments.first();
    values([
        ("paiementId", first.map(|payment| payment.paiement_id.to_string())),
        ("montant", first.map(|payment| payment.reste.montant.to_string())),
    ])
}

/// A ready text to send with the link, in the client's language: the first one, a reminder once the due date has passed
/// by `today`, or what to do after a payment that did not come through.
fn message(o: &Opportunite, client: &Client, nom: &str, today: NaiveDate) -> Option<String> {
    let late = o.echeance.filter(|echeance| *echeance < today);
    let key = match o.statut_paiement {
        StatutPaiement::Echoue => "message-client-echoue",
        _ if late.is_some() => "message-client-rappel",
        _ => "message-client",
    };
    let montant = write_montant(client.langue, o.montant_estime?, o.devise)?;
    let arguments = HashMap::from([
        ("titre".into(), isolated(&o.titre).into()),
        ("montant".into(), montant.into()),
        ("lien".into(), o.lien_paiement.as_deref()?.into()),
        (
            "echeance".into(),
            late.map(|day| write_jour(client.langue, day, "%B %Y")).unwrap_or_default().into(),
        ),
        ("nom".into(), nom.into()),
    ]);
    lookup(client.langue, key, &arguments)
}
