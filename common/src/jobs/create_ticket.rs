//! A question: from the client's portal, or noted by the freelancer.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domaine::TypeTicket;
use crate::job::{Job, Queue};

/// Opens a ticket with its first message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateTicket {
    /// The client: the actor's own (freelancer), or the actor.
    pub client_id: Uuid,
    /// One line.
    pub sujet: String,
    /// The first message.
    pub description: String,
    /// What it is about.
    pub type_ticket: TypeTicket,
}

impl Job for CreateTicket {
    const KIND: &'static str = "CreateTicket";
    const QUEUE: Queue = Queue::Courant;
}
