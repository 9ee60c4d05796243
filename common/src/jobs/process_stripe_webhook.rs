//! An event of Stripe's whose signature the edge has verified.

use serde::{Deserialize, Serialize};

use crate::job::{Job, Queue};

/// Records an event once and applies it. A verified body is an accepted body, whatever it parses to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProcessStripeWebhook {
    /// Stripe's id (`evt_…`), or a digest of the body where it carries none.
    pub stripe_event_id: String,
    /// The body as it came.
    pub corps: String,
}

impl Job for ProcessStripeWebhook {
    const KIND: &'static str = "ProcessStripeWebhook";
    const QUEUE: Queue = Queue::Paiements;
}
