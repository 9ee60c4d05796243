//! The command line of the sandbox.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use sandbox::simulateur::{self, Endpoint};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(about = "Private services, a Stripe simulator and sample data for Guichet")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A private PostgreSQL and Redis until Ctrl-C; their addresses go to target/services.env.
    Services {
        /// Where to keep the data; without it, they are temporary.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// Where to write services.env and services.json; without it, into target.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// The whole product with sample data until Ctrl-C.
    Demo,
    /// Deletes the demo's data.
    DemoReset,
    /// Checks all queries against a database of the migrations, and writes .sqlx.
    Prepare,
    /// The Stripe simulator until Ctrl-C.
    Simulateur {
        /// The port to listen on, on the loopback.
        #[arg(long, default_value_t = 12111)]
        port: u16,
        /// Where to send events.
        #[arg(long, env = "SIMULATEUR_WEBHOOK_URL", requires = "webhook_secret")]
        webhook_url: Option<String>,
        /// The secret that signs them.
        #[arg(long, env = "SIMULATEUR_WEBHOOK_SECRET", hide_env_values = true)]
        webhook_secret: Option<String>,
        /// A file that keeps what happened from one start to the next.
        #[arg(long)]
        file: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,sandbox=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .init();
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Services { dir, out } => sandbox::services::run(dir.as_deref(), out.as_deref()).await,
        Command::Demo => sandbox::demo::run().await,
        Command::DemoReset => sandbox::demo::reset(),
        Command::Prepare => tokio::task::block_in_place(sandbox::prepare::run),
        Command::Simulateur { port, webhook_url, webhook_secret, file } => {
            let endpoint = |(url, secret)| Endpoint { url, secret, types: Vec::new() };
            let webhook = webhook_url.zip(webhook_secret).map(endpoint);
            let port = Some(port);
            simulateur::run(simulateur::Options { port, webhook, file, ..Default::default() }).await
        }
    }
}
