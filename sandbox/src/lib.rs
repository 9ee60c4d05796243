//! What stands in for the world around Guichet in the demo, the tests and the benchmarks: a private PostgreSQL
//! and Redis, a Stripe simulator, sample data. Never part of `edge` or `worker`.

// Stripe's objects are long, and `json!` walks them field by field.
#![recursion_limit = "256"]

pub mod demo;
pub mod echantillon;
pub mod place;
pub mod postgres;
pub mod prepare;
pub mod process;
pub mod redis;
pub mod services;
pub mod simulateur;

use std::io::Write;

use tokio::signal::unix::{SignalKind, signal};

/// Writes lines for the person at the terminal, who may have gone.
pub fn say(text: &str) {
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// Ctrl-C, SIGTERM or the end of the terminal: none is missed from now on, and the future waits for one.
///
/// # Errors
/// When the system does not let us listen.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
