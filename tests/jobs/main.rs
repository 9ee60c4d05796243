//! Jobs, one by one, as the worker runs them: pushed by hand, ended in Postgres.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

mod checkout;
mod encaissement;
mod isolation;
mod ownership;
mod parking;
