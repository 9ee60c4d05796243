//! Stripe's own SDK drives the simulator: `make outils-test` fetches it into `target/stripe-sdk`.

use std::process::Command;

use sandbox::place;
use sandbox::simulateur::{Options, Simulateur};

#[tokio::test(flavor = "multi_thread")]
async fn stripes_sdk_creates_retrieves_and_expires_a_session_and_verifies_a_webhook() {
    let sdk = place::repository().join("target/stripe-sdk");
    let ready = std::fs::read_to_string(sdk.join("ready")).unwrap_or_default();
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk");
    let mut command = match ready.trim() {
        "python" => {
            let mut command = Command::new(sdk.join("python/bin/python"));
            command.arg(format!("{scripts}/parcours.py"));
            command
        }
        "node" => {
            let mut command = Command::new("node");
            command.arg(format!("{scripts}/parcours.cjs")).env("NODE_PATH", sdk.join("node_modules"));
            command
        }
        _ => panic!("Stripe's SDK is not in {}: `make outils-test` fetches it", sdk.display()),
    };
    let simulateur = Simulateur::start(Options::default()).await.unwrap();
    command.env("STRIPE_API_BASE", simulateur.base());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
    assert_eq!(said(&output.stdout).trim(), "parcours terminé");
}
