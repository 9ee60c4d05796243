//! All that is held about one client, for who asks for it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Liens;
use super::client::{self, Client};
use super::courriel::{self, Courriel};
use super::evenement::{self, Evenement};
use super::opportunite::{self, Opportunite};
use super::paiement::{self, Paiement, Remboursement, SessionPaiement};
use super::recu::{self, Recu};
use super::ticket::{self, Ticket};

/// Rows of each kind: every one of the client's (one more can still be counted).
const ALL: i64 = i64::MAX - 1;

/// All that is held about one client. No link that opens something is in it: who holds the file could pay, write
/// or read in the client's name as long as the link lives.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dossier {
    /// The card.
    pub client: Client,
    /// The deals.
    pub opportunites: Vec<Opportunite>,
    /// The attempts to pay them.
    pub sessions_paiement: Vec<SessionPaiement>,
    /// The ledger.
    pub paiements: Vec<Paiement>,
    /// The refunds.
    pub remboursements: Vec<Remboursement>,
    /// What attests the payments.
    pub recus: Vec<Recu>,
    /// What Stripe told.
    pub evenements_stripe: Vec<EvenementStripe>,
    /// The tickets with their messages.
    pub tickets: Vec<Ticket>,
    /// The timeline: mails, notes, what happened.
    pub evenements: Vec<Evenement>,
    /// The mails to the client, sent or waiting.
    pub courriels: Vec<Courriel>,
}

/// An event of Stripe's as it is kept.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvenementStripe {
    /// Stripe's id of the event.
    pub stripe_event_id: String,
    /// The deal that it is about; none when that was deleted.
    pub opportunite_id: Option<Uuid>,
    /// When it came.
    pub date_reception: DateTime<Utc>,
    /// What it says, without links and secrets.
    pub corps: Value,
}

/// Reads all that is held about a client of the freelancer's own: as many queries for a thousand deals as for one.
pub async fn read(
    pool: &PgPool,
    utilisateur_id: Uuid,
    id: Uuid,
    liens: &Liens,
) -> sqlx::Result<Option<Dossier>> {
    let Some(client) = client::find(pool, utilisateur_id, id, liens).await? else { return Ok(None) };
    let of_client = opportunite::Filter { client_id: Some(id), ..Default::default() };
    let deals = opportunite::list(pool, utilisateur_id, &of_client, None, ALL, liens).await?.elements;
    let ids: Vec<Uuid> = deals.iter().map(|deal| deal.id).collect();
    let (sessions_paiement, paiements, remboursements, recus, evenements_stripe) = tokio::try_join!(
        paiement::sessions(pool, utilisateur_id, &ids, ALL),
        paiement::ledger(pool, utilisateur_id, &ids, ALL),
        paiement::remboursements(pool, utilisateur_id, &ids, ALL),
        recu::list(pool, utilisateur_id, &ids, ALL),
        stripe_events(pool, utilisateur_id, id),
    )?;
    let (tickets, history, courriels) = tokio::try_join!(
        ticket::of_client(pool, utilisateur_id, id),
        evenement::timeline(pool, utilisateur_id, id, None, None, ALL),
        courriel::of_client(pool, utilisateur_id, id),
    )?;
    let without_links = |deal| Opportunite { lien_paiement: None, url_paiement: None, ..deal };
    Ok(Some(Dossier {
        client: Client { url_portail: None, ..client },
        opportunites: deals.into_iter().map(without_links).collect(),
        sessions_paiement,
        paiements,
        remboursements,
        recus,
        evenements_stripe,
        tickets,
        evenements: history.elements,
        courriels,
    }))
}

/// The events of a client of the freelancer's own, latest first. One whose deal was deleted is known by the client's
/// id, which every session carries.
async fn stripe_events(
    pool: &PgPool,
    utilisateur_id: Uuid,
    client_id: Uuid,
) -> sqlx::Result<Vec<EvenementStripe>> {
    let rows = sqlx::query!(
        r#"SELECT e.stripe_event_id, e.opportunite_id, e.date_reception, e.corps
             FROM evenement_stripe e LEFT JOIN opportunite o ON o.id = e.opportunite_id
            WHERE EXISTS (SELECT FROM client WHERE id = $2 AND utilisateur_id = $1)
              AND (o.client_id = $2 OR (e.opportunite_id IS NULL AND e.corps LIKE '%' || $2::uuid || '%'))
            ORDER BY e.date_reception DESC, e.id"#,
        utilisateur_id,
        client_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| EvenementStripe {
            stripe_event_id: row.stripe_event_id,
            opportunite_id: row.opportunite_id,
            date_reception: row.date_reception,
            corps: serde_json::from_str(&row.corps).map_or(Value::String(row.corps), without_secrets),
        })
        .collect())
}

/// A value of Stripe's without what opens something: addresses of pages, a payment's secret.
fn without_secrets(value: Value) -> Value {
    let opens = |name: &str| name == "client_secret" || name == "url" || name.ends_with("_url");
    match value {
        Value::Array(values) => values.into_iter().map(without_secrets).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| !opens(name))
            .map(|(name, value)| (name, without_secrets(value)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_opens_something_is_left_out_at_any_depth() {
        let told = json!({ "id": "cs_1", "url": "u", "charges": [{ "receipt_url": "r", "client_secret": "s", "name": "n" }] });
        assert_eq!(without_secrets(told), json!({ "id": "cs_1", "charges": [{ "name": "n" }] }));
    }
}
