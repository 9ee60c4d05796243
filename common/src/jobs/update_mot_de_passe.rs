//! A signed-in freelancer changes their password.

use serde::{Deserialize, Serialize};

use crate::job::{Job, Queue};

/// Replaces the password, which ends the sessions that were opened with the old one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpdateMotDePasse {
    /// SHA-256 of the hash that the old password was held against, hexadecimal: of two changes at once one wins.
    pub ancien: String,
    /// An argon2id hash in PHC form. The password itself never leaves the edge.
    pub mot_de_passe_hash: String,
}

impl Job for UpdateMotDePasse {
    const KIND: &'static str = "UpdateMotDePasse";
    const QUEUE: Queue = Queue::Courant;
}
