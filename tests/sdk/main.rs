//! Stripe's own SDK is the judge of the webhook's door (`make outils-test` fetches it).

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;
use tests::app::WEBHOOK_SECRET;
use tests::{App, Options};

/// The `Stripe-Signature` that the SDK gives a body.
fn signed_by_the_sdk(body: &str) -> String {
    let sdk = sandbox::place::repository().join("target/stripe-sdk");
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/sdk");
    let ready = std::fs::read_to_string(sdk.join("ready")).unwrap_or_default();
    let mut command = match ready.trim() {
        "python" => Command::new(sdk.join("python/bin/python")),
        "node" => Command::new("node"),
        _ => panic!("Stripe's SDK is not in {}: `make outils-test` fetches it", sdk.display()),
    };
    let script = if ready.trim() == "python" { "sign.py" } else { "sign.cjs" };
    let mut child = command
        .arg(format!("{here}/{script}"))
        .env("WEBHOOK_SECRET", WEBHOOK_SECRET)
        .env("NODE_PATH", sdk.join("node_modules"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn an_event_signed_by_stripes_sdk_is_accepted() {
    let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
    let body = json!({ "id": "evt_sdk", "type": "ping", "note": "é ✓" }).to_string();
    app.deliver(&body, &signed_by_the_sdk(&body)).await.expect(200);
    app.until_count("SELECT count(*) FROM evenement_stripe WHERE stripe_event_id = 'evt_sdk'", 1).await;
}
