//! A freelancer deletes a client with all that hangs on it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Deletes a client, its deals, tickets and timeline. Rejected when money ever moved: the ledger is
/// never deleted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeleteClient {
    /// The client, the actor's own.
    pub client_id: Uuid,
}

impl Job for DeleteClient {
    const KIND: &'static str = "DeleteClient";
    const QUEUE: Queue = Queue::Courant;
}
