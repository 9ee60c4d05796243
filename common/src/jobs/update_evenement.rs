//! A mail or note that was pasted wrongly is corrected or moved.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Changes a mail or a note; other events are history and are not edited.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpdateEvenement {
    /// The event, the actor's own.
    pub evenement_id: Uuid,
    /// The client to move it to, the actor's own.
    pub client_id: Option<Uuid>,
    /// A mail's sender.
    pub expediteur: Option<String>,
    /// A mail's subject.
    pub sujet: Option<String>,
    /// A mail's text.
    pub corps: Option<String>,
    /// A note's text.
    pub texte: Option<String>,
    /// When it was.
    pub date_evenement: Option<DateTime<Utc>>,
    /// What it said when its sender read it, in one word: refused when it is another by now. Without it the last
    /// one to write wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Job for UpdateEvenement {
    const KIND: &'static str = "UpdateEvenement";
    const QUEUE: Queue = Queue::Courant;
}
