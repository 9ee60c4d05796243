//! `sandbox prepare`: checks every query against a database of the current migrations and writes what the
//! compiler needs to check them without one into `.sqlx`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::place;
use crate::postgres::{Options, Postgres};

/// The crates that hold queries.
const CRATES: &[&str] = &["common", "edge", "worker", "tests"];

/// Writes `.sqlx`. When a crate does not compile, adds what was learnt and removes nothing.
///
/// # Errors
/// When the server does not start, a migration fails, or a crate does not compile.
pub fn run() -> Result<()> {
    let root = place::repository();
    let postgres = Postgres::start(None, Options { fsync: false, ..Default::default() })?;
    let database = "guichet";
    postgres.prepare_database(database)?;
    apply_migrations(&postgres, database, &root.join("migrations"))?;

    let fresh = place::Temporary::new(None)?;
    for name in CRATES {
        touch_roots(&root.join(name))?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let status = Command::new(cargo)
        .current_dir(&root)
        .arg("check")
        .args(CRATES.iter().flat_map(|name| ["-p", *name]))
        .args(["--all-targets", "--keep-going"])
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", fresh.path())
        .env("DATABASE_URL", postgres.url(database))
        .status()
        .context("cargo could not be started")?;
    let kept = root.join(".sqlx");
    let learnt = copy_new(fresh.path(), &kept)?;
    ensure!(status.success(), "a crate does not compile: {} queries kept, none removed", learnt.len());
    remove_stale(&kept, &learnt)?;
    // What was compiled against the database is compiled again from the files, by whoever builds next.
    for name in CRATES {
        touch_roots(&root.join(name))?;
    }
    crate::say(&format!("{} queries stand in .sqlx", learnt.len()));
    Ok(())
}

/// Applies all migrations to an empty database, without `worker migrate`, which may not compile yet.
///
/// # Errors
/// When one fails.
pub fn apply_migrations(postgres: &Postgres, database: &str, dir: &Path) -> Result<()> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    files.sort();
    for file in files {
        postgres.psql_file(database, &file).with_context(|| format!("{}", file.display()))?;
    }
    Ok(())
}

/// Makes cargo compile a crate again: its targets' roots look new.
fn touch_roots(dir: &Path) -> Result<()> {
    let roots = [dir.join("src/lib.rs"), dir.join("src/main.rs")];
    let inside = [dir.join("tests"), dir.join("src/bin")];
    let inside = inside.iter().filter_map(|dir| fs::read_dir(dir).ok()).flatten().flatten().map(|e| e.path());
    for path in roots.into_iter().chain(inside) {
        if path.is_file() {
            let file = File::options().append(true).open(&path)?;
            #[expect(
                clippy::disallowed_methods,
                reason = "cargo compares with the clock of the file system"
            )]
            file.set_times(FileTimes::new().set_modified(SystemTime::now()))?;
        }
    }
    Ok(())
}

/// Copies the queries' files; their names.
fn copy_new(from: &Path, to: &Path) -> Result<BTreeSet<OsString>> {
    fs::create_dir_all(to)?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let text = fs::read(entry.path())?;
        let target = to.join(entry.file_name());
        if fs::read(&target).ok().as_ref() != Some(&text) {
            fs::write(&target, text)?;
        }
        names.insert(entry.file_name());
    }
    Ok(names)
}

fn remove_stale(dir: &Path, used: &BTreeSet<OsString>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if !used.contains(&entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
