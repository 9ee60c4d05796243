//! Attempts, ledger and proof of one deal's payment.

use chrono::{DateTime, Utc};
use common::domaine::{StatutSession, TypePaiement};
use common::montant::Devise;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::Somme;

/// One attempt at a Stripe Checkout Session.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionPaiement {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub statut: StatutSession,
    /// What the client was asked to pay.
    #[serde(flatten)]
    pub somme: Somme,
    /// Stripe's id of it, once Stripe has answered.
    pub stripe_session_id: Option<String>,
    /// When it can no longer be paid.
    pub date_expiration: DateTime<Utc>,
    /// When it was begun.
    pub date_creation: DateTime<Utc>,
    /// When it last changed.
    pub date_modification: DateTime<Utc>,
    /// The last thing that the ledger tells of it: `echoue` on an attempt whose debit did not come through.
    pub dernier_paiement: Option<TypePaiement>,
}

/// One accepted event of Stripe's and what came of it: a line of the proof.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preuve {
    /// Stripe's id of the event.
    pub stripe_event_id: String,
    /// Stripe's name of what happened.
    pub r#type: Option<String>,
    /// When the edge took it.
    pub date_reception: DateTime<Utc>,
    /// When the worker applied it.
    pub date_traitement: DateTime<Utc>,
    /// How often the worker had to try.
    pub tentatives: Option<i32>,
    /// What the ledger learnt in the same moment.
    pub changement: Option<TypePaiement>,
}

/// The attempts of one deal of the freelancer's own, latest first.
pub async fn sessions(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunite_id: Uuid,
) -> sqlx::Result<Vec<SessionPaiement>> {
    let rows = sqlx::query!(
        r#"SELECT s.id, s.statut as "statut: StatutSession", s.montant_minor, s.devise as "devise: Devise",
                  s.stripe_session_id, s.date_expiration, s.date_creation, s.date_modification,
                  (SELECT p.type FROM paiement p WHERE p.session_paiement_id = s.id
                    ORDER BY p.date_paiement DESC, p.id DESC LIMIT 1) as "dernier: TypePaiement"
             FROM session_paiement s
             JOIN opportunite o ON o.id = s.opportunite_id
            WHERE o.utilisateur_id = $1 AND s.opportunite_id = $2
            ORDER BY s.id DESC LIMIT 50"#,
        utilisateur_id,
        opportunite_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionPaiement {
            id: row.id,
            statut: row.statut,
            somme: Somme::of_minor(row.montant_minor, row.devise),
            stripe_session_id: row.stripe_session_id,
            date_expiration: row.date_expiration,
            date_creation: row.date_creation,
            date_modification: row.date_modification,
            dernier_paiement: row.dernier,
        })
        .collect())
}

/// The events of Stripe's about one deal of the freelancer's own, latest first, with what each changed.
pub async fn preuves(pool: &PgPool, utilisateur_id: Uuid, opportunite_id: Uuid) -> sqlx::Result<Vec<Preuve>> {
    // An event's effect and its row share a transaction, so what it changed carries its moment.
    sqlx::query_as!(
        Preuve,
        r#"SELECT e.stripe_event_id, e.type, e.date_reception, e.date_traitement,
                  j.tentatives as "tentatives?",
                  (SELECT p.type FROM paiement p
                    WHERE p.opportunite_id = e.opportunite_id AND p.date_creation = e.date_traitement
                    ORDER BY p.id DESC LIMIT 1) as "changement: TypePaiement"
             FROM evenement_stripe e
             JOIN opportunite o ON o.id = e.opportunite_id
             LEFT JOIN job_resultat j ON j.id = e.id
            WHERE o.utilisateur_id = $1 AND e.opportunite_id = $2
            ORDER BY e.id DESC LIMIT 50"#,
        utilisateur_id,
        opportunite_id,
    )
    .fetch_all(pool)
    .await
}
