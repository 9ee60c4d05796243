//! A signed-in freelancer revokes an API token.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Takes a token away; it dies with the commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevokeJetonApi {
    /// The token's row, the actor's own.
    pub jeton_id: Uuid,
}

impl Job for RevokeJetonApi {
    const KIND: &'static str = "RevokeJetonApi";
    const QUEUE: Queue = Queue::Courant;
}
