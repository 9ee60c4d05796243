//! A real mail server (aiosmtpd, from Debian's packages) on a port of its own, and the mails that it took.

use std::fs::File;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::process::{Service, command, which};
use tests::until;

/// A mail, as the server took it and Python's own reader reads it.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) message_id: String,
    pub(crate) from: String,
    pub(crate) reply_to: String,
    pub(crate) sujet: String,
    pub(crate) corps: String,
}

pub(crate) struct Serveur {
    folder: tempfile::TempDir,
    port: u16,
    running: Option<Service>,
}

impl Serveur {
    /// Starts the server.
    pub(crate) async fn start() -> Self {
        let mut serveur = Self::down();
        serveur.up().await;
        serveur
    }

    /// A server that does not run yet.
    pub(crate) fn down() -> Self {
        let port = sandbox::place::free_port(None).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), port, running: None }
    }

    pub(crate) async fn up(&mut self) {
        let program = which("aiosmtpd").expect("aiosmtpd is missing: scripts/outils.sh test fetches it");
        let mut command = command(&program, Signal::SIGKILL);
        command
            .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("courriel"))
            .args(["-n", "-l", &format!("127.0.0.1:{}", self.port), "-c", "boite.Boite"])
            .arg(self.folder.path());
        self.running = Some(Service::start("aiosmtpd", command).unwrap());
        until("the mail server answers", || async { TcpStream::connect(("127.0.0.1", self.port)).ok() })
            .await;
    }

    pub(crate) fn stop(&mut self) {
        let mut running = self.running.take().unwrap();
        running.stop(Signal::SIGKILL, Duration::from_secs(5)).unwrap();
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on the server refuses mails.
    pub(crate) fn refuse(&self) {
        std::fs::write(self.folder.path().join("refuser"), "").unwrap();
    }

    /// From now on the server keeps its answers back.
    pub(crate) fn hold_back(&self) {
        let made = Command::new("mkfifo").arg(self.folder.path().join("retenir")).status().unwrap();
        assert!(made.success());
    }

    /// Lets the answers go.
    pub(crate) fn let_go(&self) {
        let pipe = self.folder.path().join("retenir");
        // Both ends at once, so that opening it does not wait; and whoever comes meanwhile does not either.
        let both = File::options().read(true).write(true).open(&pipe).unwrap();
        std::fs::remove_file(pipe).unwrap();
        drop(both);
    }

    /// What the server took so far.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mails = files.filter(|path| path.extension().is_some_and(|it| it == "json"));
        mails.map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
    }

    /// Waits for a mail that this is true of.
    pub(crate) async fn mail(&self, what: &str, is: impl Fn(&Mail) -> bool) -> Mail {
        until(what, || async { self.mails().into_iter().find(&is) }).await
    }
}
