//! Jobs, one by one, as the worker runs them: pushed by hand, ended in Postgres.

mod checkout;
mod ownership;
