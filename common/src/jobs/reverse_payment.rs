//! A payment that was marked by mistake: « Annuler cet encaissement ».

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Puts a row against what [`RecordPayment`](super::RecordPayment) noted; nothing of the ledger is deleted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReversePayment {
    /// The deal: the actor's own.
    pub opportunite_id: Uuid,
}

impl Job for ReversePayment {
    const KIND: &'static str = "ReversePayment";
    const QUEUE: Queue = Queue::Paiements;
}
