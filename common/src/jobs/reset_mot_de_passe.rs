//! A forgotten password is set anew through the one-time link.

use serde::{Deserialize, Serialize};

use crate::job::{Job, Queue};

/// Replaces the password of the account that the link opens. Rejected once the link was used or is too old.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResetMotDePasse {
    /// SHA-256 of the link's token, hexadecimal: checked again by the worker.
    pub jeton_hash: String,
    /// An argon2id hash in PHC form. The password itself never leaves the edge.
    pub mot_de_passe_hash: String,
}

impl Job for ResetMotDePasse {
    const KIND: &'static str = "ResetMotDePasse";
    const QUEUE: Queue = Queue::Courant;
}
