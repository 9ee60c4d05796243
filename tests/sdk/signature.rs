//! The webhook's door takes what Stripe's SDKs sign.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;
use tests::app::WEBHOOK_SECRET;
use tests::{App, Options};

use crate::tools;

/// The `Stripe-Signature` that an SDK gives a body.
fn signed_by(mut sdk: Command, body: &str) -> String {
    sdk.env("WEBHOOK_SECRET", WEBHOOK_SECRET).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = sdk.spawn().unwrap();
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn an_event_signed_by_stripes_sdks_is_accepted() {
    const FROM_PYTHON: &str = "SELECT count(*) FROM evenement_stripe WHERE stripe_event_id = 'evt_python'";
    const FROM_NODE: &str = "SELECT count(*) FROM evenement_stripe WHERE stripe_event_id = 'evt_node'";
    let sdks =
        [("evt_python", FROM_PYTHON, tools::python("sign")), ("evt_node", FROM_NODE, tools::node("sign"))];
    let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
    for (id, stored, sdk) in sdks {
        let Some(sdk) = sdk else { continue };
        let body = json!({ "id": id, "type": "ping", "note": "é ✓" }).to_string();
        app.deliver(&body, &signed_by(sdk, &body)).await.expect(200);
        app.until_count(stored, 1).await;
    }
}
