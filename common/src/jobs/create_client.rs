//! A freelancer adds a client.

use serde::{Deserialize, Serialize};

use crate::domaine::{Langue, TypeClient};
use crate::job::{Job, Queue};

/// Adds a client to the actor's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateClient {
    /// The name, as on an invoice.
    pub nom: String,
    /// A company or a person.
    pub r#type: TypeClient,
    /// Where to write to them.
    pub email: Option<String>,
    /// The language of their portal and mails.
    pub langue: Langue,
}

impl Job for CreateClient {
    const KIND: &'static str = "CreateClient";
    const QUEUE: Queue = Queue::Courant;
}
