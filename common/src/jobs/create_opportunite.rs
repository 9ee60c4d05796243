//! A freelancer notes a deal.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domaine::EtapePipeline;
use crate::job::{Job, Queue};
use crate::montant::Devise;

/// Adds a deal to one of the actor's clients.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateOpportunite {
    /// The client, the actor's own.
    pub client_id: Uuid,
    /// What is sold, as the client will read it.
    pub titre: String,
    /// The price, in the currency's main unit; none while it is unknown.
    pub montant_estime: Option<Decimal>,
    /// ISO 4217.
    pub devise: Devise,
    /// The day by which it is to be paid.
    pub echeance: Option<NaiveDate>,
    /// Where it stands in the pipeline.
    pub etape_pipeline: EtapePipeline,
}

impl Job for CreateOpportunite {
    const KIND: &'static str = "CreateOpportunite";
    const QUEUE: Queue = Queue::Courant;
}
