//! The product's own programs, with the settings that tie them together.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::DATABASE;
use super::program::Program;
use super::reglages::{Place, Settings};
use crate::echantillon::{FREELANCE_EMAIL, FREELANCE_NOM};
use crate::postgres::Postgres;
use crate::redis::Redis;

/// What the programs are told about.
pub(super) struct Parts<'a> {
    pub(super) place: &'a Place,
    pub(super) settings: &'a Settings,
    pub(super) redis: &'a Redis,
    pub(super) postgres: &'a Postgres,
}

type Environment = Vec<(&'static str, String)>;

impl Parts<'_> {
    /// Brings the schema up to date.
    pub(super) fn migrate(&self) -> Result<()> {
        let environment = vec![
            ("MIGRATE_DATABASE_URL", self.postgres.migrate_url(DATABASE)),
            ("DATABASE_URL", self.postgres.worker_url(DATABASE)),
            ("EDGE_DATABASE_URL", self.postgres.edge_url(DATABASE)),
        ];
        Program::new("worker", built("worker")?, &["migrate"], environment, self.place.log("worker")).run("")
    }

    /// Makes the sample freelancer's account.
    pub(super) fn create_user(&self) -> Result<()> {
        let arguments = ["create-user", "--email", FREELANCE_EMAIL, "--nom", FREELANCE_NOM];
        let environment = vec![("DATABASE_URL", self.postgres.worker_url(DATABASE))];
        let create =
            Program::new("worker", built("worker")?, &arguments, environment, self.place.log("worker"));
        create.run(&format!("{}\n", self.settings.password))
    }

    pub(super) fn edge(&self) -> Result<Program> {
        let environment = self.with_shared(vec![
            ("EDGE_DATABASE_URL", self.postgres.edge_url(DATABASE)),
            ("STRIPE_WEBHOOK_SECRET", self.settings.webhook_secret.clone()),
            ("STYLEGUIDE", "true".to_owned()),
            ("EDGE_ADDR", format!("127.0.0.1:{}", self.settings.edge_port)),
        ]);
        Ok(Program::new("edge", built("edge")?, &[], environment, self.place.log("edge")))
    }

    pub(super) fn worker(&self) -> Result<Program> {
        let environment = self.with_shared(vec![
            ("DATABASE_URL", self.postgres.worker_url(DATABASE)),
            ("STRIPE_SECRET_KEY", self.settings.stripe_key.clone()),
            ("WORKER_CONCURRENCY", "8".to_owned()),
        ]);
        Ok(Program::new("worker", built("worker")?, &["run"], environment, self.place.log("worker")))
    }

    pub(super) fn simulateur(&self) -> Result<Program> {
        let file = self.place.data.join("simulateur.json");
        let port = self.settings.simulateur_port.to_string();
        let arguments = ["simulateur", "--port", &port, "--file", &file.to_string_lossy()];
        let environment = vec![
            ("SIMULATEUR_WEBHOOK_URL", format!("{}/api/webhooks/stripe", self.settings.public_url())),
            ("SIMULATEUR_WEBHOOK_SECRET", self.settings.webhook_secret.clone()),
        ];
        let binary = std::env::current_exe()?;
        Ok(Program::new("simulateur", binary, &arguments, environment, self.place.log("simulateur")))
    }

    /// The settings that edge and worker share, and their own.
    fn with_shared(&self, mut own: Environment) -> Environment {
        own.extend([
            ("REDIS_URL", self.redis.url()),
            ("STRIPE_API_BASE", self.settings.simulateur_url()),
            ("PUBLIC_URL", self.settings.public_url()),
            ("SECRET_KEY", self.settings.secret_key.clone()),
            ("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned())),
            ("LOG_FORMAT", "pretty".to_owned()),
            ("NO_COLOR", "1".to_owned()),
        ]);
        own
    }
}

/// A program that cargo built into the folder where this one stands.
fn built(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let path = here.parent().context("a program stands in a folder")?.join(name);
    ensure!(path.is_file(), "{} manque : `cargo build --workspace --bins`", path.display());
    Ok(path)
}
