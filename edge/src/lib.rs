//! x
pub mod queries;
