//! `sandbox services`: a private PostgreSQL and Redis for development, until Ctrl-C.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::place;
use crate::postgres::{self, Postgres, Stop};
use crate::redis::{self, AppendFsync, Redis};

/// Where the services answer, by the names of the settings that take these addresses.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Addresses {
    /// The owner of the schema.
    pub migrate_database_url: String,
    /// The worker's user.
    pub database_url: String,
    /// The edge's user, who may only read.
    pub edge_database_url: String,
    /// Redis.
    pub redis_url: String,
}

/// A database server with one empty database, and a Redis.
#[derive(Debug)]
pub struct Services {
    /// The database server.
    pub postgres: Postgres,
    /// The queue, the sessions, the limits.
    pub redis: Redis,
    /// The name of the database.
    pub database: String,
}

impl Services {
    /// Starts both with temporary data, or with data in `dir`. Blocks for about a second.
    ///
    /// # Errors
    /// When a binary is missing or a server does not start.
    pub fn start(dir: Option<&Path>, database: &str, fsync: bool) -> Result<Self> {
        let append_fsync = if fsync { AppendFsync::EverySecond } else { AppendFsync::None };
        let redis = Redis::start(
            dir.map(|dir| dir.join("redis")).as_deref(),
            redis::Options { append_fsync, ..Default::default() },
        )?;
        let postgres = Postgres::start(
            dir.map(|dir| dir.join("postgres")).as_deref(),
            postgres::Options { fsync, ..Default::default() },
        )?;
        postgres.prepare_database(database)?;
        Ok(Self { postgres, redis, database: database.to_owned() })
    }

    /// Where they answer.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        Addresses {
            migrate_database_url: self.postgres.migrate_url(&self.database),
            database_url: self.postgres.worker_url(&self.database),
            edge_database_url: self.postgres.edge_url(&self.database),
            redis_url: self.redis.url(),
        }
    }
}

/// Runs the services until a signal; meanwhile `services.json` and `services.env` in `out` (by default the
/// repository's `target`) say where.
///
/// # Errors
/// When a server does not start, or the files cannot be written.
pub async fn run(dir: Option<&Path>, out: Option<&Path>) -> Result<()> {
    let stop = crate::stop_signal()?;
    let mut services = Services::start(dir, "guichet", dir.is_some())?;
    let addresses = services.addresses();
    let target = out.map_or_else(|| place::repository().join("target"), Path::to_path_buf);
    let (json, env) = (target.join("services.json"), target.join("services.env"));
    place::write_atomically(&json, &serde_json::to_string_pretty(&addresses)?)?;
    let lines = [
        format!("export MIGRATE_DATABASE_URL={}", addresses.migrate_database_url),
        format!("export DATABASE_URL={}", addresses.database_url),
        format!("export EDGE_DATABASE_URL={}", addresses.edge_database_url),
        format!("export REDIS_URL={}", addresses.redis_url),
        String::new(),
    ];
    place::write_atomically(&env, &lines.join("\n"))?;
    crate::say(&lines.join("\n"));
    crate::say(&format!("The same stands in {}. Ctrl-C stops both.", env.display()));
    stop.await;
    std::fs::remove_file(json)?;
    std::fs::remove_file(env)?;
    services.redis.stop()?;
    services.postgres.stop(Stop::Fast)
}
