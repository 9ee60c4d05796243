//! The freelancer mails a deal's payment link to its client: the first time, or as a reminder.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Puts the mail into the outbox. Rejected when the deal is not to be paid, the client has no address, no mail
/// server is set, or it was asked for a moment ago.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendLienPaiement {
    /// The deal, the actor's own.
    pub opportunite_id: Uuid,
}

impl Job for SendLienPaiement {
    const KIND: &'static str = "SendLienPaiement";
    const QUEUE: Queue = Queue::Courant;
}
