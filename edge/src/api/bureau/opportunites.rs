//! `/api/opportunites`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use common::jobs::{
    CancelPaymentLink, DeleteOpportunite, RefreshPayment, ReplayStripeEvent, ReversePayment, SendLienPaiement,
};
use serde_json::{Value, json};

use super::Bureau;
use super::list::Slice;
use crate::app::App;
use crate::commands::{self, LINE_MAX};
use crate::fields::{Fields, NoFields, Query};
use crate::problem::AppError;
use crate::queries::opportunite::{self, Filter, Opportunite};
use crate::queries::paiement::{self, Brut, Preuve};
use crate::queries::recu::{self, Recu};
use crate::queries::{PER_PAGE, Page};
use crate::session::{Evt, Id, Utilisateur};

/// Lines of its ledger that a deal shows.
const LIGNES: i64 = 200;

/// `GET /api/opportunites?recherche=&clientId=&etapePipeline=&statutPaiement=&devise=&echeance=`
pub async fn list(
    State(app): State<App>,
    me: Utilisateur,
    Query(mut fields): Query,
) -> Result<Json<Page<Opportunite>>, AppError> {
    let today = app.now().with_timezone(&me.fuseau).date_naive();
    let filter = Filter {
        recherche: fields.optional_text("recherche", LINE_MAX),
        client_id: fields.optional_uuid("clientId"),
        etape_pipeline: fields.optional_choice("etapePipeline"),
        statut_paiement: fields.optional_choice("statutPaiement"),
        devise: fields.optional_devise("devise"),
        echeance: fields.optional_choice("echeance").map(|echeance| (echeance, today)),
    };
    let slice = Slice::of(&mut fields);
    let Slice { after, limit } = fields.finish(slice)?;
    Ok(Json(opportunite::list(&app.pool, me.id, &filter, after, limit, &app.liens).await?))
}

/// `POST /api/opportunites`
pub async fn create(bureau: Bureau, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::create_opportunite(&mut fields)?;
    bureau.create(&job).await
}

/// `GET /api/opportunites/{id}`
pub async fn show(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
) -> Result<Json<Opportunite>, AppError> {
    let opportunite = opportunite::find(&app.pool, me.id, id, &app.liens).await?;
    opportunite.map(Json).ok_or(AppError::NotFound)
}

/// `PATCH /api/opportunites/{id}`
pub async fn update(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::update_opportunite(id, &mut fields)?;
    bureau.update(&job).await
}

/// `DELETE /api/opportunites/{id}`
pub async fn delete(bureau: Bureau, Id(opportunite_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&DeleteOpportunite { opportunite_id }).await
}

/// `POST /api/opportunites/{id}/envoi`: mails the payment link to the client.
pub async fn send_link(bureau: Bureau, Id(opportunite_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&SendLienPaiement { opportunite_id }).await
}

/// `POST /api/opportunites/{id}/verification`: what does Stripe say of it?
pub async fn refresh(bureau: Bureau, Id(opportunite_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&RefreshPayment { opportunite_id }).await
}

/// `GET /api/opportunites/{id}/recus`: what attests its payments, latest first.
pub async fn receipts(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
) -> Result<Json<Vec<Recu>>, AppError> {
    opportunite::find(&app.pool, me.id, id, &app.liens).await?.ok_or(AppError::NotFound)?;
    Ok(Json(recu::list(&app.pool, me.id, &[id], PER_PAGE).await?))
}

/// `DELETE /api/opportunites/{id}/lien`: « Annuler le lien de paiement ».
pub async fn cancel_link(bureau: Bureau, Id(opportunite_id): Id, _: NoFields) -> Result<Response, AppError> {
    bureau.update(&CancelPaymentLink { opportunite_id }).await
}

/// `POST /api/opportunites/{id}/encaissement`: « Marquer payé ».
pub async fn record_payment(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::record_payment(id, &mut fields)?;
    bureau.create(&job).await
}

/// `DELETE /api/opportunites/{id}/encaissement`: « Annuler cet encaissement ».
pub async fn reverse_payment(
    bureau: Bureau,
    Id(opportunite_id): Id,
    _: NoFields,
) -> Result<Response, AppError> {
    bureau.update(&ReversePayment { opportunite_id }).await
}

/// `POST /api/opportunites/{id}/remboursements`: money goes back, whole or in part.
pub async fn refund(bureau: Bureau, Id(id): Id, mut fields: Fields) -> Result<Response, AppError> {
    let job = commands::refund_payment(id, &mut fields)?;
    bureau.create(&job).await
}

/// `GET /api/opportunites/{id}/paiements`: its attempts, ledger and refunds, latest first.
pub async fn payments(State(app): State<App>, me: Utilisateur, Id(id): Id) -> Result<Json<Value>, AppError> {
    let (pool, me) = (&app.pool, me.id);
    let ids = [id];
    let (o, sessions, paiements, remboursements) = tokio::try_join!(
        opportunite::find(pool, me, id, &app.liens),
        paiement::sessions(pool, me, &ids, PER_PAGE),
        paiement::ledger(pool, me, &ids, LIGNES),
        paiement::remboursements(pool, me, &ids, PER_PAGE),
    )?;
    o.ok_or(AppError::NotFound)?;
    Ok(Json(json!({ "sessions": sessions, "paiements": paiements, "remboursements": remboursements })))
}

/// `GET /api/opportunites/{id}/evenements-stripe`: the proof, latest first.
pub async fn stripe_events(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
) -> Result<Json<Vec<Preuve>>, AppError> {
    opportunite::find(&app.pool, me.id, id, &app.liens).await?.ok_or(AppError::NotFound)?;
    Ok(Json(paiement::preuves(&app.pool, me.id, id, PER_PAGE).await?))
}

/// `GET /api/opportunites/{id}/evenements-stripe/{evt}`: one event, as Stripe sent it.
pub async fn stripe_event(
    State(app): State<App>,
    me: Utilisateur,
    Id(id): Id,
    Evt(evt): Evt,
) -> Result<Json<Brut>, AppError> {
    paiement::brut(&app.pool, me.id, id, &evt).await?.map(Json).ok_or(AppError::NotFound)
}

/// `POST /api/opportunites/{id}/evenements-stripe/{evt}/rejeu`: applies it once more; nothing doubles.
pub async fn replay(
    bureau: Bureau,
    Id(opportunite_id): Id,
    Evt(stripe_event_id): Evt,
    _: NoFields,
) -> Result<Response, AppError> {
    let job = ReplayStripeEvent { opportunite_id, stripe_event_id };
    bureau.update(&job).await
}
