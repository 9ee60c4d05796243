//! A client asks to be forgotten.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Erases what is personal of a client. The ledger and the deals that it is about stay, under a pseudonym.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EraseClient {
    /// The client, the actor's own.
    pub client_id: Uuid,
}

impl Job for EraseClient {
    const KIND: &'static str = "EraseClient";
    const QUEUE: Queue = Queue::Courant;
}
