//! A freelancer changes a deal: its words, its price, its stage.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domaine::EtapePipeline;
use crate::job::{Job, Queue, present};
use crate::montant::Devise;

/// Changes the fields that are there; the others stay. A new price, a new currency or leaving `gagne`
/// expires the open Checkout Session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpdateOpportunite {
    /// The deal, the actor's own.
    pub opportunite_id: Uuid,
    /// What is sold.
    pub titre: Option<String>,
    /// The new price; `Some(None)` takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub montant_estime: Option<Option<Decimal>>,
    /// The new currency.
    pub devise: Option<Devise>,
    /// The new due date; `Some(None)` takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub echeance: Option<Option<NaiveDate>>,
    /// The new stage.
    pub etape_pipeline: Option<EtapePipeline>,
    /// The version of the card (all of the above but the stage) that its sender saw: refused when it says something
    /// else by now. Without it the last one to write wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Job for UpdateOpportunite {
    const KIND: &'static str = "UpdateOpportunite";
    const QUEUE: Queue = Queue::Courant;
}
