//! The only code that talks to other services.

pub mod smtp;
pub mod stripe;
