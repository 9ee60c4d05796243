//! A freelancer's logo, at the head of their clients' pages.

use serde::{Deserialize, Serialize};

use crate::domaine::FormatLogo;
use crate::job::{Job, Queue};

/// Replaces the logo, or takes it away. Whose it is, the actor says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpdateLogo {
    /// The new one; none: no logo.
    pub logo: Option<Logo>,
}

/// A picture that was looked at: what it is, and how large.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Logo {
    /// By what the file begins with, whatever its name says.
    pub format: FormatLogo,
    /// In pixels, 1 to 2,000.
    pub largeur: i32,
    /// In pixels, 1 to 2,000.
    pub hauteur: i32,
    /// The file, 100 KiB at most.
    #[serde(with = "hex::serde")]
    pub octets: Vec<u8>,
}

impl Job for UpdateLogo {
    const KIND: &'static str = "UpdateLogo";
    const QUEUE: Queue = Queue::Courant;
}
