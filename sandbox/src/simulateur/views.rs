//! How the control API and the Rust API tell of sessions and deliveries.

use serde::{Deserialize, Serialize};

use super::objects;
use super::state::{Attempt, Delivery, Outcome, Session};

/// A session as the control API tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionVue {
    /// Stripe's id, `cs_test_…`.
    pub id: String,
    /// `open`, `complete` or `expired`.
    pub statut: String,
    /// `unpaid` or `paid`.
    pub statut_paiement: String,
    /// Minor units.
    pub montant: i64,
    /// In lower case, as Stripe writes it.
    pub devise: String,
    /// The hosted page.
    pub url: String,
    /// The `PaymentIntent` of the last attempt, if there was one.
    pub payment_intent: Option<String>,
    /// What the product attached.
    pub metadata: std::collections::BTreeMap<String, String>,
}

/// A delivery as the control API tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LivraisonVue {
    /// Its id.
    pub id: String,
    /// The event's id, `evt_…`.
    pub evenement: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it stands.
    pub etat: Outcome,
    /// Each try.
    pub essais: Vec<Attempt>,
}

impl SessionVue {
    pub(crate) fn of(session: &Session, base: &str) -> Self {
        Self {
            id: session.id.clone(),
            statut: session.status.clone(),
            statut_paiement: session.payment_status.clone(),
            montant: session.total,
            devise: session.currency.clone(),
            url: objects::page_url(base, &session.id),
            payment_intent: session.intent.clone(),
            metadata: session.metadata.clone(),
        }
    }
}

impl LivraisonVue {
    pub(crate) fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.clone(),
            evenement: delivery.event.clone(),
            kind: delivery.kind.clone(),
            etat: delivery.outcome,
            essais: delivery.attempts.clone(),
        }
    }
}
