//! A freelancer has seen news.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Marks read an event and the news before it about the same deal or ticket. What came later stays unread.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadEvenement {
    /// The event, the actor's own.
    pub evenement_id: Uuid,
}

impl Job for ReadEvenement {
    const KIND: &'static str = "ReadEvenement";
    const QUEUE: Queue = Queue::Courant;
}
