//! A program of ours that the demo starts, and starts again when it ends.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::Signal;

use crate::process::{self, Service};

/// How to start it, and the process if it runs.
pub(super) struct Program {
    name: &'static str,
    binary: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    log: PathBuf,
    service: Option<Service>,
    /// Ends in a row, each soon after a start.
    failures: u32,
    started: Instant,
}

impl Program {
    pub(super) fn new(
        name: &'static str,
        binary: PathBuf,
        arguments: &[&str],
        environment: Vec<(&'static str, String)>,
        log: PathBuf,
    ) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self {
            name,
            binary,
            arguments,
            environment,
            log,
            service: None,
            failures: 0,
            started: Instant::now(),
        }
    }

    /// Starts it; its output is added to its log.
    pub(super) fn start(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = process::command(&self.binary, Signal::SIGTERM);
        self.prepare(&mut command);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.service = Some(Service::start(self.name, command)?);
        self.started = Instant::now();
        Ok(())
    }

    /// Runs it to its end, with `input`; an error holds what it said.
    pub(super) fn run(&self, input: &str) -> Result<()> {
        let mut command = Command::new(&self.binary);
        self.prepare(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{}", self.binary.display()))?;
        if let Some(mut stdin) = child.stdin.take() {
            std::io::Write::write_all(&mut stdin, input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        ensure!(
            output.status.success(),
            "{} {}: {}\n{}{}",
            self.name,
            self.arguments.join(" "),
            output.status,
            said(&output.stdout),
            said(&output.stderr)
        );
        Ok(())
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.service.as_ref().map(Service::pid)
    }

    /// Starts it again if it ended, though not at once if it ends again and again: when to look next.
    pub(super) fn revive(&mut self) -> Result<Option<Instant>> {
        if let Some(service) = &mut self.service {
            let Some(status) = service.ended()? else {
                return Ok(None);
            };
            tracing::warn!("{} s'est arrêté ({status}) : voir {}", self.name, self.log.display());
            self.service = None;
            let soon = self.started.elapsed() < Duration::from_secs(10);
            self.failures = if soon { self.failures + 1 } else { 0 };
        }
        let due = self.started + Duration::from_millis(250) * (2_u32.pow(self.failures.min(6)) - 1);
        if Instant::now() < due {
            return Ok(Some(due));
        }
        if let Err(error) = self.start() {
            // The file may be missing for a moment, while it is built anew.
            tracing::warn!("{} : {error:#}", self.name);
            self.failures += 1;
            self.started = Instant::now();
            return Ok(Some(self.started + Duration::from_secs(1)));
        }
        tracing::info!(pid = self.pid(), "{} est relancé", self.name);
        Ok(None)
    }

    /// Fails with the end of its log if it has ended.
    pub(super) fn check(&mut self) -> Result<()> {
        let Some(service) = &mut self.service else { bail!("{} ne tourne pas", self.name) };
        if let Some(status) = service.ended()? {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<_> = log.lines().collect();
            let end = lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n");
            bail!("{} s'est arrêté ({status})\n{end}", self.name);
        }
        Ok(())
    }

    /// Asks it to stop, and waits.
    pub(super) fn stop(&mut self) -> Result<()> {
        match self.service.take() {
            Some(mut service) => service.stop(Signal::SIGTERM, Duration::from_secs(12)),
            None => Ok(()),
        }
    }

    /// Asks it to stop without waiting.
    pub(super) fn ask_to_stop(&self) {
        if let Some(service) = &self.service {
            // It may have ended by itself.
            drop(service.signal(Signal::SIGTERM));
        }
    }

    fn prepare(&self, command: &mut Command) {
        // Settings of the shell's are not the demo's.
        for stray in ["TRUSTED_PROXIES", "SMTP_URL", "MAIL_FROM", "METRICS_ADDR", "STRIPE_WEBHOOK_SECRET"] {
            command.env_remove(stray);
        }
        command.args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }
}
