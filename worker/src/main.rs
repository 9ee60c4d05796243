//! `worker`: runs jobs, migrates the schema, makes accounts.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Parser, Subcommand};
use common::lien::PublicUrl;
use common::settings::WorkerSettings;
use secrecy::SecretString;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use worker::doctor::Finding;
use worker::migrate::MigrateSettings;

/// Guichet's worker. Its settings are environment variables; each has a flag of the same name.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run jobs until SIGTERM.
    Run(Box<WorkerSettings>),
    /// Look at all that the product stands on, and say what to do. Fails when something does not work.
    Doctor(Box<WorkerSettings>),
    /// Compare Stripe's events with ours now, and apply those that are missing.
    Reconcile {
        /// How `worker run` is set.
        #[command(flatten)]
        settings: Box<WorkerSettings>,
        /// From when on, as `2026-11-01` or `2026-11-01T08:00:00Z`; by default as far back as Stripe remembers.
        #[arg(long, value_parser = moment)]
        depuis: Option<DateTime<Utc>>,
    },
    /// Bring the schema up to date and make the database roles.
    Migrate(MigrateSettings),
    /// Make an account; the password is read from standard input.
    CreateUser {
        /// What they sign in with.
        #[arg(long)]
        email: String,
        /// The name that clients read.
        #[arg(long)]
        nom: String,
        /// They also see what concerns the whole instance (/operations); the first account always does.
        #[arg(long)]
        administrateur: bool,
        /// Postgres, as the user who writes.
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: SecretString,
    },
    /// Show a new one-time link for the first account; the one shown before stops working.
    SetupLink {
        /// The root of every link.
        #[arg(long, env = "PUBLIC_URL", value_parser = PublicUrl::parse)]
        public_url: PublicUrl,
        /// Postgres, as the user who writes.
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: SecretString,
    },
    /// Give an account a new password, read from standard input.
    ResetPassword {
        /// The account.
        #[arg(long)]
        email: String,
        /// Postgres, as the user who writes.
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: SecretString,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Run(settings) => {
            settings.shared.start_logs()?;
            let stop = CancellationToken::new();
            stop_on_signal(stop.clone())?;
            worker::run(&settings, stop).await
        }
        Command::Doctor(settings) => {
            let findings = worker::doctor::examine(&settings).await;
            for finding in &findings {
                say(&finding.to_string());
            }
            let bad = findings.iter().any(|finding| matches!(finding, Finding::Bad(_)));
            anyhow::ensure!(!bad, "something does not work, see above");
            Ok(())
        }
        Command::Reconcile { settings, depuis } => {
            settings.shared.start_logs()?;
            let bilan = worker::reconciliation::look_by_hand(&worker::share(&settings)?, depuis).await?;
            let (verifies, repares) = (bilan.verifies, bilan.repares);
            say(&format!("{verifies} vérifié{}, {repares} réparé{}", plural(verifies), plural(repares)));
            Ok(())
        }
        Command::Migrate(settings) => {
            tracing_subscriber::fmt().with_writer(std::io::stderr).init();
            worker::migrate::run(&settings).await
        }
        Command::CreateUser { email, nom, administrateur, database_url } => {
            tracing_subscriber::fmt().with_writer(std::io::stderr).init();
            let pool = worker::pool(&database_url, 1)?;
            worker::utilisateur::create(&pool, &email, &nom, administrateur).await
        }
        Command::SetupLink { public_url, database_url } => {
            worker::boot::draw_installation_link(&worker::pool(&database_url, 1)?, &public_url, true).await
        }
        Command::ResetPassword { email, database_url } => {
            tracing_subscriber::fmt().with_writer(std::io::stderr).init();
            worker::utilisateur::reset_password(&worker::pool(&database_url, 1)?, &email).await
        }
    }
}

/// A day's beginning, or a moment, in UTC.
fn moment(text: &str) -> Result<DateTime<Utc>, chrono::ParseError> {
    match text.parse::<NaiveDate>() {
        Ok(date) => Ok(date.and_time(NaiveTime::MIN).and_utc()),
        Err(_) => text.parse(),
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command was run for")]
fn say(line: &str) {
    println!("{line}");
}

fn plural(count: usize) -> &'static str {
    if count > 1 { "s" } else { "" }
}

fn stop_on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("stopping");
        stop.cancel();
    });
    Ok(())
}
