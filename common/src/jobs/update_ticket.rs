//! A freelancer moves a ticket on.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domaine::{StatutTicket, TypeTicket};
use crate::job::{Job, Queue};

/// Changes the fields that are there; the others stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpdateTicket {
    /// The ticket, the actor's own.
    pub ticket_id: Uuid,
    /// How far it is.
    pub statut_ticket: Option<StatutTicket>,
    /// What it is about.
    pub type_ticket: Option<TypeTicket>,
    /// Where the ticket stood when its sender read it, in one word: refused when it is another by now. Without it the last
    /// one to write wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Job for UpdateTicket {
    const KIND: &'static str = "UpdateTicket";
    const QUEUE: Queue = Queue::Courant;
}
