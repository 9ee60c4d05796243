//! A freelancer closes a client's private page.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Takes the portal token away; the link dies with the commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevokePortail {
    /// The client, the actor's own.
    pub client_id: Uuid,
}

impl Job for RevokePortail {
    const KIND: &'static str = "RevokePortail";
    const QUEUE: Queue = Queue::Courant;
}
