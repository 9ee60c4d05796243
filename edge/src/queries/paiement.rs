//! Attempts, ledger and proof of one deal's payment.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use common::domaine::{MoyenPaiement, StatutRemboursement, StatutSession, TypePaiement};
use common::montant::Devise;
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Page, Somme};

/// One attempt at a Stripe Checkout Session.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionPaiement {
    /// Its id.
    pub id: Uuid,
    /// The deal.
    pub opportunite_id: Uuid,
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
    /// When a card was last refused on its page, which stays open.
    pub date_refus: Option<DateTime<Utc>>,
}

/// One accepted event of Stripe's and what came of it: a line of the proof.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preuve {
    /// Stripe's id of the event.
    pub stripe_event_id: String,
    /// Stripe's name of what happened.
    pub r#type: Option<String>,
    /// When it happened, by Stripe's clock.
    pub date_evenement: Option<DateTime<Utc>>,
    /// When the edge took it.
    pub date_reception: DateTime<Utc>,
    /// When the worker applied it.
    pub date_traitement: DateTime<Utc>,
    /// How often the worker had to try.
    pub tentatives: Option<i32>,
    /// What the ledger learnt in the same moment: types of its lines.
    pub lignes: Vec<String>,
    /// What the timeline was told in the same moment: types of its events.
    pub historique: Vec<String>,
}

/// One event of Stripe's, whole.
#[derive(Debug, Clone, Serialize)]
pub struct Brut {
    /// What came of it.
    #[serde(flatten)]
    pub preuve: Preuve,
    /// The event as Stripe sent it; the tokens of our links are blanked.
    pub corps: String,
}

/// The attempts of some deals of the freelancer's own, latest first.
pub async fn sessions(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunites: &[Uuid],
    limit: i64,
) -> sqlx::Result<Vec<SessionPaiement>> {
    let rows = sqlx::query!(
        r#"SELECT s.id, s.opportunite_id, s.statut as "statut: StatutSession", s.montant_minor, s.devise as "devise: Devise",
                  s.stripe_session_id, s.date_expiration, s.date_creation, s.date_modification,
                  (SELECT p.type FROM paiement p WHERE p.session_paiement_id = s.id
                    ORDER BY p.date_paiement DESC, p.id DESC LIMIT 1) as "dernier: TypePaiement",
                  -- One attempt is open at a time: what is refused while it is open was tried on its page.
                  CASE WHEN s.statut = 'ouverte' THEN (SELECT max(t.date_evenement) FROM evenement_timeline t
                      WHERE t.reference_id = s.opportunite_id AND t.type_evenement = 'tentative_refusee'
                        AND t.date_evenement >= s.date_creation) END as refus
             FROM session_paiement s
             JOIN opportunite o ON o.id = s.opportunite_id
            WHERE o.utilisateur_id = $1 AND s.opportunite_id = ANY ($2)
            ORDER BY s.id DESC LIMIT $3"#,
        utilisateur_id,
        opportunites,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionPaiement {
            id: row.id,
            opportunite_id: row.opportunite_id,
            statut: row.statut,
            somme: Somme::of_minor(row.montant_minor, row.devise),
            stripe_session_id: row.stripe_session_id,
            date_expiration: row.date_expiration,
            date_creation: row.date_creation,
            date_modification: row.date_modification,
            dernier_paiement: row.dernier,
            date_refus: row.refus,
        })
        .collect())
}

/// Selects events with what each changed: an event's effect and its row share a transaction, so what it changed
/// carries its moment.
macro_rules! select_preuves {
    ($columns:literal, $rest:literal, $($arg:expr),* $(,)?) => {
        sqlx::query!(
            r#"SELECT e.stripe_event_id, e.type, e.date_evenement, e.date_reception, e.date_traitement,
                      j.tentatives as "tentatives?",
                      ARRAY(SELECT p.type FROM paiement p
                             WHERE p.opportunite_id = e.opportunite_id AND p.date_creation = e.date_traitement
                             ORDER BY p.id) as "lignes!",
                      ARRAY(SELECT t.type_evenement FROM evenement_timeline t
                             WHERE t.reference_id = e.opportunite_id AND t.date_creation = e.date_traitement
                             ORDER BY t.id) as "historique!"
                      "# + $columns + r#"
                 FROM evenement_stripe e
                 JOIN opportunite o ON o.id = e.opportunite_id
                 LEFT JOIN job_resultat j ON j.id = e.id
                WHERE o.utilisateur_id = $1 AND e.opportunite_id = $2 "# + $rest,
            $($arg),*
        )
    };
}

/// A line of the proof out of a row of [`select_preuves`].
macro_rules! preuve {
    ($row:ident) => {
        Preuve {
            stripe_event_id: $row.stripe_event_id,
            r#type: $row.r#type,
            date_evenement: $row.date_evenement,
            date_reception: $row.date_reception,
            date_traitement: $row.date_traitement,
            tentatives: $row.tentatives,
            lignes: $row.lignes,
            historique: $row.historique,
        }
    };
}

/// The events of Stripe's about one deal of the freelancer's own, latest first, with what each changed.
pub async fn preuves(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunite_id: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<Preuve>> {
    let rows = select_preuves!(
        "",
        "ORDER BY coalesce(e.date_evenement, e.date_reception) DESC, e.date_reception DESC, e.id LIMIT $3",
        utilisateur_id,
        opportunite_id,
        limit
    );
    Ok(rows.fetch_all(pool).await?.into_iter().map(|row| preuve!(row)).collect())
}

/// What Stripe wants of the freelancer in a deal's open disputes.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contestation {
    /// Whether one of them waits for evidence. Else it was sent, and the bank decides.
    pub preuves_attendues: bool,
    /// The nearest moment by which it is wanted; none when it is past.
    pub limite: Option<DateTime<Utc>>,
}

/// The open disputes of some deals of the freelancer's own: of each what was told last counts. A deal of which nothing
/// was told is absent. Read here: a database takes no JSON with a NUL in it, and people name themselves at Stripe.
pub async fn contestations(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunites: &[Uuid],
    now: DateTime<Utc>,
) -> sqlx::Result<HashMap<Uuid, Contestation>> {
    let rows = sqlx::query!(
        r#"SELECT o.id, e.corps
             FROM evenement_stripe e JOIN opportunite o ON o.id = e.opportunite_id
            WHERE o.utilisateur_id = $1 AND o.id = ANY ($2) AND e.type LIKE 'charge.dispute.%' AND litige_ouvert(o.id)
            ORDER BY e.date_evenement NULLS FIRST, e.id"#,
        utilisateur_id,
        opportunites,
    )
    .fetch_all(pool)
    .await?;
    let mut last = HashMap::new();
    for row in rows {
        let Ok(event) = serde_json::from_str::<serde_json::Value>(&row.corps) else { continue };
        let dispute = &event["data"]["object"];
        let waits = matches!(dispute["status"].as_str(), Some("needs_response" | "warning_needs_response"));
        let due_by = dispute["evidence_details"]["due_by"].as_i64();
        let due_by = due_by.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).filter(|at| *at > now);
        last.insert((row.id, dispute["id"].as_str().map(str::to_owned)), (waits, due_by));
    }
    let mut contestations: HashMap<Uuid, Contestation> = HashMap::new();
    for ((deal, _), (waits, due_by)) in last {
        let contestation = contestations.entry(deal).or_default();
        if waits {
            contestation.preuves_attendues = true;
            contestation.limite = contestation.limite.into_iter().chain(due_by).min();
        }
    }
    Ok(contestations)
}

/// One event of Stripe's about one deal of the freelancer's own, whole.
pub async fn brut(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunite_id: Uuid,
    stripe_event_id: &str,
) -> sqlx::Result<Option<Brut>> {
    let rows = select_preuves!(
        ", e.corps",
        "AND e.stripe_event_id = $3",
        utilisateur_id,
        opportunite_id,
        stripe_event_id
    );
    Ok(rows.fetch_optional(pool).await?.map(|row| Brut { corps: row.corps, preuve: preuve!(row) }))
}

/// A line of the ledger.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Paiement {
    /// Its id.
    pub id: Uuid,
    /// The deal.
    pub opportunite_id: Uuid,
    /// What it tells.
    pub r#type: TypePaiement,
    /// How much.
    #[serde(flatten)]
    pub somme: Somme,
    /// Real money, or Stripe's test mode.
    pub livemode: bool,
    /// Whether it matches what was asked; what does not never makes a deal `paye`.
    pub conforme: bool,
    /// How money came of which Stripe knows nothing.
    pub moyen: Option<MoyenPaiement>,
    /// Stripe's id of what it tells of, or ours.
    pub stripe_id: String,
    /// The payment at Stripe.
    pub stripe_payment_intent: Option<String>,
    /// When it happened.
    pub date_paiement: DateTime<Utc>,
    /// When it was noted.
    pub date_creation: DateTime<Utc>,
}

/// A line of the ledger out of a row that has its columns.
macro_rules! paiement {
    ($row:ident) => {
        Paiement {
            id: $row.id,
            opportunite_id: $row.opportunite_id,
            r#type: $row.r#type,
            somme: Somme::of_minor($row.montant_minor, $row.devise),
            livemode: $row.livemode,
            conforme: $row.conforme,
            moyen: $row.moyen,
            stripe_id: $row.stripe_id,
            stripe_payment_intent: $row.stripe_payment_intent,
            date_paiement: $row.date_paiement,
            date_creation: $row.date_creation,
        }
    };
}

/// The ledger of some deals of the freelancer's own, latest first.
pub async fn ledger(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunites: &[Uuid],
    limit: i64,
) -> sqlx::Result<Vec<Paiement>> {
    let rows = sqlx::query!(
        r#"SELECT p.id, p.opportunite_id, p.type as "type: TypePaiement", p.montant_minor, p.devise as "devise: Devise", p.livemode,
                  p.conforme, p.moyen as "moyen: MoyenPaiement", p.stripe_id, p.stripe_payment_intent,
                  p.date_paiement, p.date_creation
             FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id
            WHERE o.utilisateur_id = $1 AND p.opportunite_id = ANY ($2) ORDER BY p.id DESC LIMIT $3"#,
        utilisateur_id,
        opportunites,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| paiement!(row)).collect())
}

/// A line of the ledger among those of all deals.
#[derive(Debug, Clone)]
pub struct Ecriture {
    /// The line.
    pub paiement: Paiement,
    /// What it does to the money that is kept, in the currency's main unit: below zero when money leaves.
    pub mouvement: Decimal,
    /// The deal's title.
    pub titre: String,
    /// The client's name.
    pub client_nom: String,
}

/// The ledger of all of the freelancer's deals, as it grew, latest first.
pub async fn list(
    pool: &PgPool,
    utilisateur_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> sqlx::Result<Page<Ecriture>> {
    let rows = sqlx::query!(
        r#"SELECT p.id, p.opportunite_id, p.type as "type: TypePaiement", p.montant_minor, p.devise as "devise: Devise", p.livemode,
                  p.conforme, p.moyen as "moyen: MoyenPaiement", p.stripe_id, p.stripe_payment_intent,
                  p.date_paiement, p.date_creation, p.mouvement_minor, o.titre, c.nom
             FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id JOIN client c ON c.id = o.client_id
            WHERE o.utilisateur_id = $1 AND ($2::uuid IS NULL OR p.id < $2)
            ORDER BY p.id DESC LIMIT $3"#,
        utilisateur_id,
        after,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    let lines = rows.into_iter().map(|row| Ecriture {
        mouvement: Somme::of_minor(row.mouvement_minor, row.devise).montant,
        titre: row.titre,
        client_nom: row.nom,
        paiement: paiement!(row),
    });
    Ok(Page::cut(lines.collect(), limit, |line: &Ecriture| line.paiement.id.to_string()))
}

/// A refund, asked for here or at Stripe.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Remboursement {
    /// Its id.
    pub id: Uuid,
    /// The deal.
    pub opportunite_id: Uuid,
    /// Where it stands.
    pub statut: StatutRemboursement,
    /// How much.
    #[serde(flatten)]
    pub somme: Somme,
    /// The payment that it goes back from.
    pub paiement_id: Uuid,
    /// Stripe's id of it, once Stripe has answered.
    pub stripe_refund_id: Option<String>,
    /// Stripe's word for why it did not come through.
    pub motif: Option<String>,
    /// Whether nobody asks for it any more and nobody knows whether it was made: Stripe is to be asked.
    pub a_verifier: bool,
    /// When it was asked for.
    pub date_creation: DateTime<Utc>,
}

/// The refunds of some deals of the freelancer's own, latest first.
pub async fn remboursements(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunites: &[Uuid],
    limit: i64,
) -> sqlx::Result<Vec<Remboursement>> {
    let rows = sqlx::query!(
        r#"SELECT r.id, r.opportunite_id, r.statut as "statut: StatutRemboursement", r.montant_minor, r.devise as "devise: Devise",
                  r.paiement_id, r.stripe_refund_id, r.motif, r.date_creation,
                  r.statut = 'prepare' AND (r.incertain OR EXISTS (SELECT FROM job_resultat j
                      WHERE j.id = r.id AND j.statut = 'echoue')) as "a_verifier!"
             FROM remboursement r JOIN opportunite o ON o.id = r.opportunite_id
            WHERE o.utilisateur_id = $1 AND r.opportunite_id = ANY ($2)
            ORDER BY r.date_creation DESC, r.id LIMIT $3"#,
        utilisateur_id,
        opportunites,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Remboursement {
            id: row.id,
            opportunite_id: row.opportunite_id,
            statut: row.statut,
            somme: Somme::of_minor(row.montant_minor, row.devise),
            paiement_id: row.paiement_id,
            stripe_refund_id: row.stripe_refund_id,
            motif: row.motif,
            a_verifier: row.a_verifier,
            date_creation: row.date_creation,
        })
        .collect())
}

/// A payment through Stripe of which something is left to refund.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Remboursable {
    /// Its line of the ledger.
    pub paiement_id: Uuid,
    /// What is left, refunds under way taken off.
    pub reste: Somme,
    /// When it was paid.
    pub date_paiement: DateTime<Utc>,
}

/// What may still be refunded of one deal of the freelancer's own, latest payment first. The worker counts again
/// before it asks Stripe.
pub async fn remboursables(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunite_id: Uuid,
) -> sqlx::Result<Vec<Remboursable>> {
    let rows = sqlx::query!(
        r#"SELECT r.paiement_id as "paiement_id!", r.devise as "devise!: Devise", r.date_paiement as "date_paiement!",
                  r.reste_minor as "reste_minor!"
             FROM paiement_reste r JOIN opportunite o ON o.id = r.opportunite_id
            WHERE o.utilisateur_id = $1 AND r.opportunite_id = $2 AND o.statut_paiement <> 'conteste'
              AND r.reste_minor > 0
            ORDER BY r.paiement_id DESC"#,
        utilisateur_id,
        opportunite_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Remboursable {
            paiement_id: row.paiement_id,
            reste: Somme::of_minor(row.reste_minor, row.devise),
            date_paiement: row.date_paiement,
        })
        .collect())
}
