//! Jobs, one by one, as the worker runs them: pushed by hand, ended in Postgres.

mod checkout;
mod encaissement;
mod isolation;
mod ownership;
mod parking;
mod remboursement;
