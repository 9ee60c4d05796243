//! An event of Stripe's: one that a webhook brought and whose signature the edge has verified, or one that
//! the worker found in Stripe's list.

use serde::{Deserialize, Serialize};

use crate::job::{Job, Queue};
use crate::lien::without_payer_tokens;

/// Records an event once and applies it. A verified body is an accepted body, whatever it parses to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProcessStripeWebhook {
    /// Stripe's id (`evt_…`), or a digest of the body where it carries none.
    pub stripe_event_id: String,
    /// The body as it came, but for the tokens of payment links.
    pub corps: String,
}

impl ProcessStripeWebhook {
    /// The types of event that matter: what Stripe's webhook is to send, and what is looked for in Stripe's
    /// list. Others are kept, and change nothing.
    pub const TYPES: [&str; 14] = [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.payment_failed",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ];

    /// Takes a body as Stripe gives it, and blanks what must not be kept of it.
    #[must_use]
    pub fn new(stripe_event_id: String, corps: &str) -> Self {
        // Postgres's text holds no NUL, and JSON has none to lose.
        Self { stripe_event_id, corps: without_payer_tokens(&corps.replace('\0', "\u{fffd}")) }
    }
}

impl Job for ProcessStripeWebhook {
    const KIND: &'static str = "ProcessStripeWebhook";
    const QUEUE: Queue = Queue::Paiements;
}
