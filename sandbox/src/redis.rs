//! A private Redis server on a free port of the loopback.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;

use crate::place;
use crate::process::{self, Service};

/// How Redis keeps its data on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AppendFsync {
    /// Nothing is kept: a killed server comes back empty.
    #[default]
    None,
    /// An append-only file, synced each second.
    EverySecond,
    /// An append-only file, synced before each answer.
    Always,
}

/// How to run the server.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The port to take if it is free; else, or without one, any free port.
    pub port: Option<u16>,
    /// What survives a kill.
    pub append_fsync: AppendFsync,
    /// The limit of memory in bytes, beyond which writes are refused (`noeviction`). None: no limit.
    pub max_memory: Option<u64>,
}

/// A running server; dropped, it stops, and its folder goes if it was a temporary one.
#[derive(Debug)]
pub struct Redis {
    // Declared before `temporary`, so that the process is gone before its folder is.
    service: Option<Service>,
    binary: PathBuf,
    dir: PathBuf,
    port: u16,
    options: Options,
    _temporary: Option<place::Temporary>,
}

impl Redis {
    /// Starts a server with its data in `dir`, or in a new temporary folder, and waits for it to answer.
    /// Blocks for some tens of milliseconds.
    ///
    /// # Errors
    /// When there is no binary, or it does not start.
    pub fn start(dir: Option<&Path>, options: Options) -> Result<Self> {
        let temporary = if dir.is_none() { Some(place::Temporary::new(None)?) } else { None };
        let dir = match (dir, &temporary) {
            (Some(dir), _) => std::path::absolute(dir)?,
            (None, Some(temporary)) => temporary.path().to_path_buf(),
            (None, None) => bail!("no folder for Redis"),
        };
        std::fs::create_dir_all(&dir)?;
        process::end_leftover(&dir.join("redis.pid"), &dir.to_string_lossy(), Signal::SIGTERM)?;
        let binary = find_binary(&dir)?;
        let port = place::free_port(options.port)?;
        let mut redis = Self { service: None, binary, dir, port, options, _temporary: temporary };
        redis.launch_somewhere()?;
        Ok(redis)
    }

    /// `redis://127.0.0.1:port/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// The port it listens on, also while it is stopped.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that holds its data.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The process id, or `None` while it is stopped.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.service.as_ref().map(Service::pid)
    }

    /// Whether the process still runs.
    pub fn is_running(&mut self) -> bool {
        self.service.as_mut().is_some_and(|service| matches!(service.ended(), Ok(None)))
    }

    /// Stops it in order: what was acknowledged is on disk if anything is kept at all.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub fn stop(&mut self) -> Result<()> {
        match self.service.take() {
            Some(mut service) => service.stop(Signal::SIGTERM, Duration::from_secs(10)),
            None => Ok(()),
        }
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub fn kill(&mut self) -> Result<()> {
        match self.service.take() {
            Some(mut service) => service.stop(Signal::SIGKILL, Duration::from_secs(10)),
            None => Ok(()),
        }
    }

    /// Starts it again (after a stop in order if it still runs) on the same port and data.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.launch(None)
    }

    /// Starts it again as if it had much to read: it takes `pace` over each command of its log and answers
    /// `LOADING` meanwhile, until [`hasten`](Self::hasten).
    ///
    /// # Errors
    /// When it does not start, or has read its log at once.
    pub fn restart_slowly(&mut self, pace: Duration) -> Result<()> {
        self.stop()?;
        self.launch(Some(pace))
    }

    /// Lets it read the rest of its log at full speed.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn hasten(&self) -> Result<()> {
        let told = || says(self.port, "CONFIG SET key-load-delay 0", "+OK\r\n");
        anyhow::ensure!(process::wait_until(Duration::from_secs(30), told), "Redis does not answer");
        Ok(())
    }

    /// Freezes the process (SIGSTOP): connections stay open and nothing answers.
    ///
    /// # Errors
    /// When it does not run.
    pub fn pause(&self) -> Result<()> {
        self.service.as_ref().context("Redis is stopped")?.signal(Signal::SIGSTOP)
    }

    /// Thaws it (SIGCONT).
    ///
    /// # Errors
    /// When it does not run.
    pub fn resume(&self) -> Result<()> {
        self.service.as_ref().context("Redis is stopped")?.signal(Signal::SIGCONT)
    }

    /// A port that was free may be taken by the time the server wants it: then another one is tried.
    fn launch_somewhere(&mut self) -> Result<()> {
        let mut tries = 0;
        while let Err(error) = self.launch(None) {
            tries += 1;
            if tries == 4 || !format!("{error:#}").contains("Address already in use") {
                return Err(error);
            }
            self.port = place::free_port(None)?;
        }
        Ok(())
    }

    fn launch(&mut self, loading_pace: Option<Duration>) -> Result<()> {
        let log = self.dir.join("redis.log");
        let output = std::fs::File::create(&log)?;
        let mut command = process::command(&self.binary, Signal::SIGTERM);
        command.current_dir(&self.dir).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--save", ""]);
        command.arg("--dir").arg(&self.dir).arg("--pidfile").arg(self.dir.join("redis.pid"));
        // The title stays the command line, by which a leftover is known as ours.
        command.args(["--set-proc-title", "no", "--maxmemory-policy", "noeviction"]);
        if let Some(bytes) = self.options.max_memory {
            command.args(["--maxmemory", &bytes.to_string()]);
        }
        match self.options.append_fsync {
            AppendFsync::None => command.args(["--appendonly", "no"]),
            AppendFsync::EverySecond => command.args(["--appendonly", "yes", "--appendfsync", "everysec"]),
            AppendFsync::Always => command.args(["--appendonly", "yes", "--appendfsync", "always"]),
        };
        if let Some(pace) = loading_pace {
            command.args(["--key-load-delay", &pace.as_micros().to_string()]);
        }
        let port = self.port;
        let awaited = if loading_pace.is_some() { "-LOAD" } else { "+PONG" };
        let mut service = Service::start("redis-server", command)?;
        service
            .wait_ready(Duration::from_secs(30), || says(port, "PING", awaited))
            .with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
        self.service = Some(service);
        Ok(())
    }
}

/// Whether the server answers a command with what begins so.
fn says(port: u16, command: &str, begins: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(200))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut answer = vec![0; begins.len()];
        stream.read_exact(&mut answer)?;
        Ok(answer == begins.as_bytes())
    };
    ask().unwrap_or(false)
}

/// `REDIS_BIN` (the file or its folder), `PATH`, brew's folders; else Debian's `redis-check-rdb`, which is the
/// same program and serves when it is started under the server's name.
fn find_binary(dir: &Path) -> Result<PathBuf> {
    let named = std::env::var_os("REDIS_BIN").map(PathBuf::from);
    let named = named.map(|path| if path.is_dir() { path.join("redis-server") } else { path });
    let brew = ["/opt/homebrew/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/redis-server"];
    let known = brew.into_iter().map(PathBuf::from);
    let found =
        named.into_iter().chain(process::which("redis-server")).chain(known).find(|path| path.is_file());
    if let Some(binary) = found {
        return Ok(binary);
    }
    let twin = process::which("redis-check-rdb")
        .or_else(|| Some(PathBuf::from("/usr/bin/redis-check-rdb")).filter(|path| path.is_file()))
        .context("no redis-server: install it (`make outils` does), or name it in REDIS_BIN")?;
    let binary = dir.join("redis-server");
    if !binary.exists() {
        symlink(twin, &binary)?;
    }
    Ok(binary)
}
