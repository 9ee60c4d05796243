//! What breaks in the night, on real processes: a killed worker, a killed or stopped Redis, a stopped
//! Postgres. Nothing acknowledged is lost, nothing happens twice.

mod postgres;
mod redis;
mod worker;
