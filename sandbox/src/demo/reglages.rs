//! What the demo keeps from one run to the next, and where.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nix::unistd::geteuid;
use serde::{Deserialize, Serialize};

use crate::place;

/// The demo's folders. Only one demo uses them at a time.
pub(super) struct Place {
    /// The repository's own `target`, whatever `CARGO_TARGET_DIR` says.
    target: PathBuf,
    /// Where the data lives.
    pub(super) data: PathBuf,
    /// Held as long as this demo runs.
    _lock: File,
}

impl Place {
    /// Takes the repository's place for its demo.
    ///
    /// # Errors
    /// When another demo of this repository runs.
    pub(super) fn take() -> Result<Self> {
        let target = place::repository().join("target");
        let home = target.join("demo");
        fs::create_dir_all(&home)?;
        let lock = File::create(home.join("verrou"))?;
        if lock.try_lock().is_err() {
            bail!("une démo de ce dépôt tourne déjà : {}", target.join("demo.json").display());
        }
        let data = data_folder(&home)?;
        fs::create_dir_all(&data)?;
        // What an interrupted demo left tells of processes that are gone.
        remove(&target.join("demo.json"))?;
        Ok(Self { target, data, _lock: lock })
    }

    /// The file for scripts.
    pub(super) fn card(&self) -> PathBuf {
        self.target.join("demo.json")
    }

    pub(super) fn settings_file(&self) -> PathBuf {
        self.data.join("reglages.json")
    }

    /// Where the programs' output goes.
    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.data.join(format!("{name}.log"))
    }

    /// Deletes the data.
    pub(super) fn clear(&self) -> Result<()> {
        fs::remove_dir_all(&self.data).with_context(|| format!("{}", self.data.display()))?;
        fs::create_dir_all(&self.data)?;
        Ok(())
    }
}

/// Under `target/demo`; when we are root and others may not enter there, elsewhere, and remembered there.
fn data_folder(home: &Path) -> Result<PathBuf> {
    let remembered = home.join("emplacement");
    if let Ok(text) = fs::read_to_string(&remembered) {
        return Ok(PathBuf::from(text.trim()));
    }
    if !geteuid().is_root() || place::open_to_all(home) {
        return Ok(home.join("donnees"));
    }
    let mut hash = DefaultHasher::new();
    home.hash(&mut hash);
    let elsewhere = Path::new("/var/tmp").join(format!("guichet-demo-{:016x}", hash.finish()));
    place::write_atomically(&remembered, &elsewhere.to_string_lossy())?;
    Ok(elsewhere)
}

/// Removes a file that may not be there.
pub(super) fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Secrets and ports, which must be the same as long as the data is.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) secret_key: String,
    pub(super) webhook_secret: String,
    pub(super) stripe_key: String,
    pub(super) password: String,
    pub(super) edge_port: u16,
    pub(super) simulateur_port: u16,
    pub(super) postgres_port: Option<u16>,
    pub(super) redis_port: Option<u16>,
    /// The sample data is in, whole; the client whose portal is shown.
    pub(super) client: Option<String>,
}

impl Settings {
    /// Those of an earlier run, or new ones. Without whole sample data what is there is of no use: it goes.
    pub(super) fn load(place: &Place) -> Result<Self> {
        let kept = fs::read_to_string(place.settings_file()).ok();
        let kept = kept.and_then(|text| serde_json::from_str::<Self>(&text).ok());
        let mut settings = match kept {
            Some(settings) if settings.client.is_some() => settings,
            _ => {
                place.clear()?;
                Self {
                    secret_key: place::random_hex(32),
                    webhook_secret: format!("whsec_{}", place::random_hex(16)),
                    stripe_key: format!("sk_test_{}", place::random_hex(16)),
                    password: format!("atelier-{}", place::random_hex(4)),
                    edge_port: 8080,
                    simulateur_port: 12111,
                    postgres_port: None,
                    redis_port: None,
                    client: None,
                }
            }
        };
        settings.edge_port = place::free_port(Some(settings.edge_port))?;
        settings.simulateur_port = place::free_port(Some(settings.simulateur_port))?;
        settings.save(place)?;
        Ok(settings)
    }

    pub(super) fn save(&self, place: &Place) -> Result<()> {
        place::write_atomically(&place.settings_file(), &serde_json::to_string_pretty(self)?)
    }

    /// For `PUBLIC_URL`.
    pub(super) fn public_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.edge_port)
    }

    /// For `STRIPE_API_BASE`.
    pub(super) fn simulateur_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.simulateur_port)
    }
}
