//! Money goes back to the client through Stripe.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};
use crate::montant::Devise;

/// Refunds one payment of a deal, whole or in part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundPayment {
    /// The deal: the actor's own.
    pub opportunite_id: Uuid,
    /// Which of its payments; the only one with money left when it is not said.
    pub paiement_id: Option<Uuid>,
    /// How much, in the payment's main unit; all that is left when it is not said (in jobs of earlier versions).
    pub montant: Option<Decimal>,
    /// The currency that its sender read: another one than the payment's is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devise: Option<Devise>,
}

impl Job for RefundPayment {
    const KIND: &'static str = "RefundPayment";
    const QUEUE: Queue = Queue::Paiements;
    // Within the life of Stripe's idempotency keys: asked again, it is the same refund.
    const HORIZON: Duration = Duration::from_hours(20);
}
