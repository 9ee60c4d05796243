//! Pages and their forms, as a browser without a script sends them.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

mod export;
mod fiches;
mod forms;
mod installation;
mod lecture;
mod listes;
mod reglages;
