//! A stored event of Stripe's is applied once more.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Applies an event of the deal's proof again: what it told stands already, and stands once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplayStripeEvent {
    /// The deal: the actor's own.
    pub opportunite_id: Uuid,
    /// Stripe's id of the event (`evt_…`), one about this deal.
    pub stripe_event_id: String,
}

impl Job for ReplayStripeEvent {
    const KIND: &'static str = "ReplayStripeEvent";
    const QUEUE: Queue = Queue::Paiements;
}
