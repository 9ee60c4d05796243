//! The edge: answers people and Stripe, reads Postgres, queues every write.

use std::process::ExitCode;

use clap::Parser;
use common::settings::{EdgeSettings, SettingError};
use edge::App;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Guichet's web process: pages, JSON API, webhook.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    settings: EdgeSettings,
}

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Cli::parse().settings;
    match boot(&settings).await {
        Ok((app, listener)) => {
            edge::serve(app, listener).await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "edge: {error}");
            ExitCode::from(2)
        }
    }
}

async fn boot(settings: &EdgeSettings) -> Result<(App, TcpListener), SettingError> {
    settings.shared.start_logs()?;
    let app = App::new(settings)?;
    let listener = TcpListener::bind(settings.edge_addr)
        .await
        .map_err(|error| SettingError { name: "EDGE_ADDR", problem: error.to_string() })?;
    raise_descriptors();
    if let Some(address) = settings.shared.metrics_addr {
        let listener = common::metrics::listen(address).await?;
        tokio::spawn(edge::metrics::serve(app.clone(), listener));
    }
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "listening");
    }
    if app.webhook_secrets.is_empty() {
        tracing::warn!("STRIPE_WEBHOOK_SECRET is unset: the webhook is closed");
    }
    tokio::spawn(stop_on_signal(app.stop.clone()));
    Ok((app, listener))
}

/// A connection is a file descriptor, and the usual soft limit is 1,024.
fn raise_descriptors() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard.min(65_536), hard));
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

async fn stop_on_signal(stop: CancellationToken) {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
    stop.cancel();
}
