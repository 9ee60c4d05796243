//! A mail or note that should not stand there is deleted.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Deletes a mail or a note; other events are history and stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeleteEvenement {
    /// The event, the actor's own.
    pub evenement_id: Uuid,
}

impl Job for DeleteEvenement {
    const KIND: &'static str = "DeleteEvenement";
    const QUEUE: Queue = Queue::Courant;
}
