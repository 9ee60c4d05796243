//! A payment link is withdrawn until a new one is generated.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Closes the deal's open session at Stripe, and its durable link until the freelancer generates it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelPaymentLink {
    /// The deal: the actor's own.
    pub opportunite_id: Uuid,
}

impl Job for CancelPaymentLink {
    const KIND: &'static str = "CancelPaymentLink";
    const QUEUE: Queue = Queue::Paiements;
}
