//! A freelancer deletes a deal.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Deletes a deal and expires its open Checkout Session. Rejected when money ever moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeleteOpportunite {
    /// The deal, the actor's own.
    pub opportunite_id: Uuid,
}

impl Job for DeleteOpportunite {
    const KIND: &'static str = "DeleteOpportunite";
    const QUEUE: Queue = Queue::Courant;
}
