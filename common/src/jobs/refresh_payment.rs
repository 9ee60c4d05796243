//! Somebody comes back from Checkout, or asks: what does Stripe say of this deal's sessions?

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Asks Stripe for the deal's unfinished session and records what it says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefreshPayment {
    /// The deal: the actor's own (freelancer), or one of the actor's (client).
    pub opportunite_id: Uuid,
}

impl Job for RefreshPayment {
    const KIND: &'static str = "RefreshPayment";
    const QUEUE: Queue = Queue::Paiements;
}
