//! The edge: authenticates, validates, queues, renders. In Postgres it can only SELECT; every write is a
//! job that it pushes, and the worker's to do.

pub mod api;
pub mod app;
pub mod bearer;
pub mod body;
pub mod commands;
pub mod connexion;
pub mod csrf;
pub mod eml;
pub mod enqueue;
pub mod fields;
pub mod headers;
pub mod jetons;
pub mod job_options;
pub mod limits;
pub mod metrics;
pub mod operations;
pub mod ownership;
pub mod pages;
pub mod password;
pub mod problem;
pub mod queries;
pub mod reader;
pub mod render;
pub mod routes;
pub mod server;
pub mod session;
pub mod store;
pub mod waiting;

pub use app::App;
pub use server::serve;
