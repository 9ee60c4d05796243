//! A private PostgreSQL on a free port of the loopback.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use crate::place::{self, OtherUser};
use crate::process::{self, Service};

/// The superuser, who owns the schema.
const OWNER: &str = "guichet_owner";
/// The worker's login, a member of the group `guichet_worker`.
const WORKER: &str = "guichet_worker_login";
/// The edge's login, a member of the group `guichet_edge`.
const EDGE: &str = "guichet_edge_login";

/// How to run the server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port to take if it is free; else, or without one, any free port.
    pub port: Option<u16>,
    /// Off is quick, and loses data when the machine (not the server) crashes: for tests only.
    pub fsync: bool,
    /// How many connections it accepts.
    pub max_connections: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: None, fsync: true, max_connections: 200 }
    }
}

/// How to stop the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Ends the sessions, writes everything down (SIGINT).
    Fast,
    /// Ends at once, as a crash would; the log is replayed at the next start (SIGQUIT).
    Immediate,
}

/// The users' passwords, made once per data folder and kept in it.
#[derive(Clone, Serialize, Deserialize)]
struct Passwords {
    owner: String,
    worker: String,
    edge: String,
}

/// A running server; dropped, it stops, and its folder goes if it was a temporary one.
pub struct Postgres {
    // Declared before `temporary`, so that the process is gone before its folder is.
    service: Option<Service>,
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
    options: Options,
    user: Option<OtherUser>,
    passwords: Passwords,
    temporary: Option<place::Temporary>,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").field("dir", &self.dir).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Postgres {
    /// Starts a server with its data in `dir` (made and filled if need be), or in a new temporary folder, and
    /// waits until it accepts connections. Blocks for about a second.
    ///
    /// When we are root it runs as `postgres` or `nobody`, who must be able to reach `dir`.
    /// The cluster has the groups `guichet_worker` and `guichet_edge` and a login in each.
    ///
    /// # Errors
    /// When there are no binaries, the folder cannot be used, or the server does not start.
    pub fn start(dir: Option<&Path>, options: Options) -> Result<Self> {
        let user = OtherUser::when_root()?;
        let temporary = if dir.is_none() { Some(place::Temporary::new(user.as_ref())?) } else { None };
        let dir = match (dir, &temporary) {
            (Some(dir), _) => std::path::absolute(dir)?,
            (None, Some(temporary)) => temporary.path().to_path_buf(),
            (None, None) => bail!("no folder for PostgreSQL"),
        };
        std::fs::create_dir_all(&dir)?;
        if let Some(user) = &user {
            user.give(&dir)?;
        }
        let bin = find_binaries()?;
        let data = dir.join("data");
        process::end_leftover(&data.join("postmaster.pid"), &data.to_string_lossy(), Signal::SIGQUIT)?;
        let port = place::free_port(options.port)?;
        let passwords = passwords(&dir)?;
        let fresh = !data.join("PG_VERSION").exists();
        let mut server = Self { service: None, bin, dir, port, options, user, passwords, temporary };
        if fresh {
            server.init(&data)?;
        }
        server.launch_somewhere()?;
        server.create_roles()?;
        Ok(server)
    }

    /// The superuser's URL of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.url_of(OWNER, &self.passwords.owner, database)
    }

    /// For `MIGRATE_DATABASE_URL`: the owner of the schema, here the superuser.
    #[must_use]
    pub fn migrate_url(&self, database: &str) -> String {
        self.url(database)
    }

    /// For `DATABASE_URL`: a member of the group `guichet_worker`.
    #[must_use]
    pub fn worker_url(&self, database: &str) -> String {
        self.url_of(WORKER, &self.passwords.worker, database)
    }

    /// For `EDGE_DATABASE_URL`: a member of the group `guichet_edge`.
    #[must_use]
    pub fn edge_url(&self, database: &str) -> String {
        self.url_of(EDGE, &self.passwords.edge, database)
    }

    /// The port it listens on, also while it is stopped.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The postmaster's process id, or `None` while it is stopped.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.service.as_ref().map(Service::pid)
    }

    /// Whether the postmaster still runs.
    pub fn is_running(&mut self) -> bool {
        self.service.as_mut().is_some_and(|service| matches!(service.ended(), Ok(None)))
    }

    /// Creates a database unless it exists.
    ///
    /// # Errors
    /// When the name is not made of letters, digits and `_`, or the server refuses.
    pub fn prepare_database(&self, name: &str) -> Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        ensure!(!name.is_empty() && name.chars().all(plain), "not a plain database name: {name:?}");
        // Twins may come between the question and the CREATE: then the second question answers.
        let exists = || self.psql("postgres", &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"));
        if exists()?.trim() == "1" {
            return Ok(());
        }
        let created = self.psql("postgres", &format!("CREATE DATABASE \"{name}\""));
        if created.is_err() && exists()?.trim() == "1" {
            return Ok(());
        }
        created.map(drop)
    }

    /// Runs SQL as the superuser, in one transaction, and gives the rows as unaligned text.
    ///
    /// # Errors
    /// What the server says.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String> {
        self.run_psql(database, &["-c", sql])
    }

    /// Runs a file of SQL as the superuser, in one transaction.
    ///
    /// # Errors
    /// What the server says.
    pub fn psql_file(&self, database: &str, file: &Path) -> Result<()> {
        let file = file.to_str().context("a path that is not UTF-8")?;
        self.run_psql(database, &["--single-transaction", "-f", file]).map(drop)
    }

    /// Stops the server; its data and its port stay ours.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub fn stop(&mut self, how: Stop) -> Result<()> {
        let signal = match how {
            Stop::Fast => Signal::SIGINT,
            Stop::Immediate => Signal::SIGQUIT,
        };
        match self.service.take() {
            Some(mut service) => service.stop(signal, Duration::from_secs(30)),
            None => Ok(()),
        }
    }

    /// Starts it again (after a fast stop if it still runs) on the same port and data.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.stop(Stop::Fast)?;
        self.launch()
    }

    fn url_of(&self, user: &str, password: &str, database: &str) -> String {
        format!("postgres://{user}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// Builds the data folder. The locale is the same on every machine, so that orders and snapshots are.
    fn init(&self, data: &Path) -> Result<()> {
        let password_file = self.dir.join("initdb.pw");
        std::fs::write(&password_file, &self.passwords.owner)?;
        if let Some(user) = &self.user {
            user.give(&password_file)?;
        }
        let mut command = self.as_other_user(Command::new(self.bin.join("initdb")));
        command.arg("-D").arg(data).args(["-U", OWNER, "--encoding=UTF8", "--no-locale"]);
        command.args(["--auth=scram-sha-256", "--pwfile"]).arg(&password_file);
        if !self.options.fsync {
            command.arg("--no-sync");
        }
        let output = command.output().context("initdb could not be started");
        std::fs::remove_file(&password_file)?;
        let output = output?;
        ensure!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// A port that was free may be taken by the time the server wants it: then another one is tried.
    fn launch_somewhere(&mut self) -> Result<()> {
        let mut tries = 0;
        while let Err(error) = self.launch() {
            tries += 1;
            if tries == 4 || !format!("{error:#}").contains("Address already in use") {
                return Err(error);
            }
            self.port = place::free_port(None)?;
        }
        Ok(())
    }

    fn launch(&mut self) -> Result<()> {
        let data = self.dir.join("data");
        let log = self.dir.join("postgres.log");
        let output = std::fs::File::create(&log)?;
        let mut command = self.as_other_user(process::command(&self.bin.join("postgres"), Signal::SIGQUIT));
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        command.env("LC_ALL", "C").env("TZ", "UTC").arg("-D").arg(&data);
        let fsync = if self.options.fsync { "on" } else { "off" };
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            "unix_socket_directories=".to_owned(),
            format!("port={}", self.port),
            format!("fsync={fsync}"),
            format!("full_page_writes={fsync}"),
            format!("max_connections={}", self.options.max_connections),
        ] {
            command.arg("-c").arg(setting);
        }
        let mut service = Service::start("postgres", command)?;
        // The server itself writes "ready" into the last line of this file.
        let pid_file = data.join("postmaster.pid");
        let pid = service.pid().to_string();
        let ready = || {
            std::fs::read_to_string(&pid_file).is_ok_and(|text| {
                text.lines().next() == Some(&pid) && text.lines().last().is_some_and(|l| l.trim() == "ready")
            })
        };
        service
            .wait_ready(Duration::from_mins(1), ready)
            .with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
        self.service = Some(service);
        Ok(())
    }

    /// `worker migrate` grants rights to the groups; here are only the groups and who is in them.
    fn create_roles(&self) -> Result<()> {
        let role = |name: &str, how: &str| {
            format!(
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \
                 THEN CREATE ROLE {name} {how}; END IF; END $$;"
            )
        };
        let login = |password: &str, group: &str| format!("LOGIN PASSWORD '{password}' IN ROLE {group}");
        let sql = [
            role("guichet_worker", "NOLOGIN"),
            role("guichet_edge", "NOLOGIN"),
            role(WORKER, &login(&self.passwords.worker, "guichet_worker")),
            role(EDGE, &login(&self.passwords.edge, "guichet_edge")),
        ];
        self.psql("postgres", &sql.join("\n")).map(drop)
    }

    fn run_psql(&self, database: &str, how: &[&str]) -> Result<String> {
        let output = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database)])
            .args(how)
            .stdin(Stdio::null())
            .output()
            .context("psql could not be started")?;
        ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn as_other_user(&self, mut command: Command) -> Command {
        if let Some(user) = &self.user {
            // From a folder of our own they might be shut out of, PostgreSQL warns that it cannot go back.
            command.uid(user.uid).gid(user.gid).current_dir(&self.dir);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Data that stays is closed in order; what is deleted next may end as a crash does.
        let how = if self.temporary.is_some() { Stop::Immediate } else { Stop::Fast };
        if let Err(error) = self.stop(how) {
            tracing::warn!("PostgreSQL: {error:#}");
        }
    }
}

/// The passwords kept in `dir`, made the first time.
fn passwords(dir: &Path) -> Result<Passwords> {
    let file = dir.join("passwords.json");
    if let Ok(text) = std::fs::read_to_string(&file) {
        return serde_json::from_str(&text).with_context(|| format!("{}", file.display()));
    }
    let [owner, worker, edge] = [(); 3].map(|()| place::random_hex(16));
    let passwords = Passwords { owner, worker, edge };
    place::write_atomically(&file, &serde_json::to_string_pretty(&passwords)?)?;
    Ok(passwords)
}

/// The folder that holds `postgres`, `initdb` and `psql`: `PG_BIN`, Debian's (newest first), brew's, `PATH`.
fn find_binaries() -> Result<PathBuf> {
    let complete = |dir: &PathBuf| ["postgres", "initdb", "psql"].iter().all(|name| dir.join(name).is_file());
    if let Some(dir) = std::env::var_os("PG_BIN").map(PathBuf::from) {
        ensure!(complete(&dir), "PG_BIN={} holds no postgres, initdb and psql", dir.display());
        return Ok(dir);
    }
    let mut found = Vec::new();
    for (root, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql@"),
    ] {
        for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let version = name.to_str().and_then(|name| name.strip_prefix(prefix)?.parse::<u32>().ok());
            if let Some(version) = version {
                found.push((version, entry.path().join("bin")));
            }
        }
    }
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let on_path =
        process::which("postgres").and_then(|path| Some(path.canonicalize().ok()?.parent()?.into()));
    found
        .into_iter()
        .map(|(_, dir)| dir)
        .chain(on_path)
        .find(complete)
        .context("no PostgreSQL server: install it (`make outils` does), or name its folder in PG_BIN")
}
