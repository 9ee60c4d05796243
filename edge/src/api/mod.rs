//! The JSON API. A write answers 202 with the job's address, or, for who waits (`Prefer: wait=N`), what
//! became of it; a read answers what stands in Postgres.

pub mod bureau;
pub mod openapi;
pub mod public;
pub mod view;
pub mod write;
