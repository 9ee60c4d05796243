//! A freelancer's own note on a client.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Records a note on the client's timeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordNote {
    /// The client, the actor's own.
    pub client_id: Uuid,
    /// The note.
    pub texte: String,
}

impl Job for RecordNote {
    const KIND: &'static str = "RecordNote";
    const QUEUE: Queue = Queue::Courant;
}
