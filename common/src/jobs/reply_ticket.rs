//! The next message of a ticket's thread, from either side.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, Queue};

/// Adds a message. A client's message reopens a resolved ticket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplyTicket {
    /// The ticket: the actor's own (freelancer), or one of the actor's (client).
    pub ticket_id: Uuid,
    /// The message.
    pub corps: String,
}

impl Job for ReplyTicket {
    const KIND: &'static str = "ReplyTicket";
    const QUEUE: Queue = Queue::Courant;
}
