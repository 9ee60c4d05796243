//! A freelancer gives a client a private page, or a new link to it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Draws a new portal token; the old link dies with the commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GeneratePortail {
    /// The client, the actor's own.
    pub client_id: Uuid,
}

impl Job for GeneratePortail {
    const KIND: &'static str = "GeneratePortail";
    const QUEUE: Queue = Queue::Courant;
}
