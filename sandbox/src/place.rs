//! Where things stand on this machine: the repository, the other user that servers run as, free ports.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nix::unistd::{User, geteuid};

/// The repository's root: the nearest folder above the current one that holds this crate, else the one that
/// the program was built from.
#[must_use]
pub fn repository() -> PathBuf {
    let built_from =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default();
    let Ok(here) = std::env::current_dir() else {
        return built_from;
    };
    here.ancestors()
        .find(|dir| dir.join("sandbox/Cargo.toml").is_file() && dir.join("migrations").is_dir())
        .map_or(built_from, Path::to_path_buf)
}

/// A port of the loopback that nobody listens on now: `wanted` if it is free.
///
/// # Errors
/// When the system has none to give.
pub fn free_port(wanted: Option<u16>) -> Result<u16> {
    if let Some(port) = wanted
        && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
    {
        return Ok(port);
    }
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The user that a server which refuses root runs as; `None` when we are not root.
#[derive(Clone, Debug)]
pub struct OtherUser {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

impl OtherUser {
    /// `postgres` where that user exists, else `nobody`.
    ///
    /// # Errors
    /// When we are root and neither exists.
    pub fn when_root() -> Result<Option<Self>> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        for name in ["postgres", "nobody"] {
            if let Some(user) = User::from_name(name)? {
                return Ok(Some(Self { uid: user.uid.as_raw(), gid: user.gid.as_raw() }));
            }
        }
        bail!("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
    }

    /// Gives the user a folder, which must be one that they can reach.
    ///
    /// # Errors
    /// When a folder above is closed to them, or the owner cannot be changed.
    pub fn give(&self, dir: &Path) -> Result<()> {
        if !open_to_all(dir.parent().unwrap_or(dir)) {
            bail!("{} lies in a folder that only root may enter", dir.display());
        }
        chown(dir, Some(self.uid), Some(self.gid)).with_context(|| format!("chown {}", dir.display()))
    }
}

/// Whether every user may walk down to `dir`.
#[must_use]
pub fn open_to_all(dir: &Path) -> bool {
    let Ok(dir) = std::path::absolute(dir) else {
        return false;
    };
    dir.ancestors()
        .all(|step| std::fs::metadata(step).is_ok_and(|about| about.permissions().mode() & 0o001 != 0))
}

/// A temporary folder that goes when this is dropped, or, if its process was killed, when the next is made.
#[derive(Debug)]
pub struct Temporary {
    dir: tempfile::TempDir,
    /// Held as long as the process lives: the sign that the folder is in use.
    _lock: File,
}

/// The file in a temporary folder whose lock says that it is in use.
const IN_USE: &str = "en-usage";

impl Temporary {
    /// A new folder, which `user` owns and can reach.
    ///
    /// # Errors
    /// When none can be made.
    pub fn new(user: Option<&OtherUser>) -> Result<Self> {
        let candidates = [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
        let place = candidates
            .iter()
            .find(|dir| dir.is_dir() && (user.is_none() || open_to_all(dir)))
            .context("no temporary folder that every user may enter")?;
        sweep(place);
        let dir = tempfile::Builder::new().prefix("guichet-").tempdir_in(place)?;
        // Locked before it bears its name, or somebody's sweep might take it for a leftover.
        let unnamed = dir.path().join("en-cours");
        let lock = File::create(&unnamed)?;
        lock.lock()?;
        std::fs::rename(unnamed, dir.path().join(IN_USE))?;
        if let Some(user) = user {
            user.give(dir.path())?;
        }
        Ok(Self { dir, _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Removes the temporary folders of processes that were killed.
fn sweep(place: &Path) {
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        let dir = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with("guichet-");
        if ours
            && let Ok(lock) = File::open(dir.join(IN_USE))
            && lock.try_lock().is_ok()
        {
            // Another sweep may be at it, or it may be another user's: then it stays.
            drop(std::fs::remove_dir_all(dir));
        }
    }
}

/// Replaces a file in one step, so that a reader sees the old text or the new, never a part.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write_atomically(path: &Path, text: &str) -> Result<()> {
    let dir = path.parent().context("a file needs a folder")?;
    std::fs::create_dir_all(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(path).with_context(|| format!("writing {}", path.display()))?;
    Ok(())
}

/// `bytes` random bytes from the system, in hexadecimal.
#[must_use]
pub fn random_hex(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    rand::fill(&mut buffer[..]);
    hex::encode(buffer)
}
