//! Child processes that do not outlive us, and the signals sent to them.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{LazyLock, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How often a bounded wait looks at the thing it waits for.
pub(crate) const GLANCE: Duration = Duration::from_millis(10);

/// A running child, in a process group of its own so that Ctrl-C reaches us first and we stop it in order.
///
/// Dropped, it is killed.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    child: Child,
}

impl Service {
    /// Starts `command`, as prepared by [`command`], under a name used in messages.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(name: &'static str, mut command: Command) -> Result<Self> {
        command.process_group(0);
        let child = spawn(command).with_context(|| format!("{name} could not be started"))?;
        Ok(Self { name, child })
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, or `None` while it runs.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        send(self.pid(), signal).with_context(|| format!("{signal} to {}", self.name))
    }

    /// Sends `signal`, waits at most `patience` for the end, then kills.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub fn stop(&mut self, signal: Signal, patience: Duration) -> Result<()> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        // A stopped (SIGSTOP) process answers to nothing but SIGKILL until it is continued.
        self.signal(Signal::SIGCONT)?;
        self.signal(signal)?;
        if !wait_until(patience, || matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))) {
            tracing::warn!(pid = self.pid(), "{} did not stop in time: killed", self.name);
            self.child.kill()?;
        }
        self.child.wait()?;
        Ok(())
    }

    /// Waits for `ready` to hold, at most `patience`.
    ///
    /// # Errors
    /// When the process ends first, or time is up.
    pub fn wait_ready(&mut self, patience: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let end = Instant::now() + patience;
        loop {
            if let Some(status) = self.ended()? {
                bail!("{} ended before it was ready: {status}", self.name);
            }
            if ready() {
                return Ok(());
            }
            if Instant::now() > end {
                bail!("{} was not ready after {} s", self.name, patience.as_secs());
            }
            std::thread::sleep(GLANCE);
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // Nothing to report to: either it dies now or it is already gone.
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

/// A command whose process receives `at_parent_death` when ours ends, however that happens.
///
/// Linux does this through `setpriv` (util-linux); elsewhere only an orderly end stops the children.
#[must_use]
pub fn command(program: &Path, at_parent_death: Signal) -> Command {
    static SETPRIV: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let setpriv = which("setpriv")?;
        let help = Command::new(&setpriv).arg("--help").output().ok()?;
        String::from_utf8_lossy(&help.stdout).contains("--pdeathsig").then_some(setpriv)
    });
    let Some(setpriv) = SETPRIV.as_ref() else {
        return Command::new(program);
    };
    let mut command = Command::new(setpriv);
    command.arg("--pdeathsig").arg(at_parent_death.as_str().trim_start_matches("SIG"));
    command.arg("--").arg(program);
    command
}

/// The first file of that name on `PATH`.
#[must_use]
pub fn which(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|dir| dir.join(name.as_ref()))
        .find(|path| path.is_file())
}

/// Sends a signal to a process id.
///
/// # Errors
/// When there is no such process, or it is not ours.
pub fn send(pid: u32, signal: Signal) -> Result<()> {
    kill(Pid::from_raw(i32::try_from(pid)?), signal)?;
    Ok(())
}

/// Ends a process left over by an earlier run, if `pid_file` names one whose command line holds `mark`.
///
/// # Errors
/// When it does not end.
pub fn end_leftover(pid_file: &Path, mark: &str, signal: Signal) -> Result<()> {
    let Ok(text) = std::fs::read_to_string(pid_file) else {
        return Ok(());
    };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else {
        return Ok(());
    };
    if !command_line(pid).is_some_and(|line| line.contains(mark)) {
        return Ok(());
    }
    tracing::warn!(pid, "ending a process left over by an earlier run");
    send(pid, signal)?;
    if !wait_until(Duration::from_secs(20), || command_line(pid).is_none()) {
        bail!("process {pid}, left over by an earlier run, does not end");
    }
    Ok(())
}

/// Looks at `done` until it holds or `patience` is over; says whether it held.
pub fn wait_until(patience: Duration, mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + patience;
    loop {
        if done() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(GLANCE);
    }
}

/// The command line of a live process; `None` once it is gone.
fn command_line(pid: u32) -> Option<String> {
    if Path::new("/proc/self/cmdline").exists() {
        let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let line = String::from_utf8_lossy(&bytes).replace('\0', " ");
        // A zombie has an empty one: it runs no more.
        return Some(line).filter(|line| !line.trim().is_empty());
    }
    let output = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output().ok()?;
    let line = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Some(line).filter(|line| !line.is_empty())
}

type Order = (Command, mpsc::SyncSender<io::Result<Child>>);

/// Spawns from one thread that lives as long as the process: the "parent" whose death Linux signals is the
/// spawning *thread*, and that of a test or of a blocking pool ends long before the process does.
fn spawn(command: Command) -> Result<Child> {
    static SPAWNER: LazyLock<Mutex<mpsc::Sender<Order>>> = LazyLock::new(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                // Whoever asked may have gone; then the child is dropped with the answer.
                drop(answer.send(command.spawn()));
            }
        });
        Mutex::new(sender)
    });
    let (answer, child) = mpsc::sync_channel(1);
    SPAWNER.lock().unwrap_or_else(PoisonError::into_inner).send((command, answer))?;
    Ok(child.recv()??)
}
