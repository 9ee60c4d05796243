//! Stripe's own tools, as `make outils-test` puts them into `target/stripe-sdk`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sdk");

fn place() -> PathBuf {
    sandbox::place::repository().join("target/stripe-sdk")
}

/// Whether a tool is here. It may be away for the reason that `make outils-test` wrote down, and nothing else:
/// then the test says what it does not judge, and `make test` says it again at its end.
fn is_here(tool: &str, part: &Path) -> bool {
    if part.exists() {
        return true;
    }
    let reason = std::fs::read_to_string(place().join(format!("{tool}.absent")));
    let reason =
        reason.unwrap_or_else(|_| panic!("{} is missing: `make outils-test` fetches it", part.display()));
    drop(writeln!(std::io::stderr(), "NOT TESTED against Stripe's tools ({tool}): {}", reason.trim()));
    false
}

/// A script under Stripe's Python SDK.
pub(crate) fn python(script: &str) -> Option<Command> {
    let python = place().join("python/bin/python");
    is_here("python", &place().join("python.version")).then(|| {
        let mut command = Command::new(python);
        command.arg(format!("{SCRIPTS}/{script}.py"));
        command
    })
}

/// A script under Stripe's Node SDK.
pub(crate) fn node(script: &str) -> Option<Command> {
    let modules = modules()?;
    let mut command = Command::new("node");
    command.arg(format!("{SCRIPTS}/{script}.cjs")).env("NODE_PATH", modules);
    Some(command)
}

/// The folder of npm's packages.
pub(crate) fn modules() -> Option<PathBuf> {
    is_here("node", &place().join("node.versions")).then(|| place().join("node/node_modules"))
}

/// Stripe's command line, which keeps what it writes in `home`.
pub(crate) fn cli(home: &Path) -> Option<Command> {
    let stripe = modules()?.join(".bin/stripe");
    if place().join("cli.absent").exists() {
        is_here("cli", Path::new("stripe"));
        return None;
    }
    let mut command = Command::new(stripe);
    command.env("HOME", home).env("XDG_CONFIG_HOME", home).env("STRIPE_CLI_TELEMETRY_OPTOUT", "1");
    Some(command)
}

/// Runs a command to its end without holding the runtime up.
pub(crate) async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

/// What a command said, on both ways.
pub(crate) fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}
