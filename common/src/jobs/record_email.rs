//! A mail worth keeping is put on the client's timeline.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Records a mail. The same message twice stands once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordEmail {
    /// The client, the actor's own.
    pub client_id: Uuid,
    /// Who wrote it: a name, an address, or both.
    pub expediteur: String,
    /// Its subject.
    pub sujet: String,
    /// Its text, or a summary.
    pub corps: String,
    /// When it was sent; none means now.
    pub date_evenement: Option<DateTime<Utc>>,
    /// What makes it the same message wherever it is met, where it came as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Names of what was attached. Only the names are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces_jointes: Vec<String>,
    /// Whether `corps` is only the beginning.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub coupe: bool,
}

impl Job for RecordEmail {
    const KIND: &'static str = "RecordEmail";
    const QUEUE: Queue = Queue::Courant;
}
