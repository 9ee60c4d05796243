//! Somebody says that they forgot the password of an account.

use serde::{Deserialize, Serialize};

use crate::job::{Job, Queue};

/// Draws a one-time link and mails it, if there is such an account; the one drawn before stops working.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ForgetMotDePasse {
    /// The account's address, as it was typed.
    pub email: String,
}

impl Job for ForgetMotDePasse {
    const KIND: &'static str = "ForgetMotDePasse";
    const QUEUE: Queue = Queue::Courant;
}
