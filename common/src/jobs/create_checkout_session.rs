//! A deal gets a Stripe Checkout Session: from the freelancer's button or the client's **Payer**.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Opens a Checkout Session for a won deal, or finds the one that is open. Amount and currency are the
/// database's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateCheckoutSession {
    /// The deal: the actor's own (freelancer), or one of the actor's (client).
    pub opportunite_id: Uuid,
}

impl Job for CreateCheckoutSession {
    const KIND: &'static str = "CreateCheckoutSession";
    const QUEUE: Queue = Queue::Paiements;
    // Somebody waits for a link; after a day they have asked again.
    const HORIZON: Duration = Duration::from_hours(24);
}
