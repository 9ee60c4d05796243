//! What breaks in the night, on real processes. Each test ends in check L (`tests/src/check.rs`): nothing
//! accepted is lost, nothing happens twice, and nobody sees worse than a 503 that says when to come back.

#![expect(clippy::unwrap_used, reason = "all of this is tests, also what they share")]

mod boot;
mod edge;
mod postgres;
mod reconciliation;
mod redis;
mod stripe;
mod tempete;
mod webhooks;
mod worker;

use std::time::Duration;

use futures_util::future::join_all;
use tests::{App, Bureau, Options, until};
use uuid::Uuid;

/// A second and a half instead of six: what dies is missed soon.
const LEASE: Duration = Duration::from_millis(1500);

fn short_leases() -> Vec<(&'static str, String)> {
    vec![("LEASE_MS", LEASE.as_millis().to_string())]
}

/// Deployed for a fault: Postgres writes through, Redis keeps a log, leases are short.
fn faulty() -> Options {
    let redis = sandbox::redis::Options {
        append_fsync: sandbox::redis::AppendFsync::EverySecond,
        ..Default::default()
    };
    Options { fsync: true, redis, env: short_leases(), ..Options::default() }
}

/// The product, a freelancer and one client.
async fn office(options: Options) -> (App, Bureau, Uuid) {
    // The first client is made by a worker, also where a test starts its own later.
    let mut app = App::start_with(Options { workers: options.workers.max(1), ..options.clone() }).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    if options.workers == 0 {
        app.kill_workers();
    }
    (app, claire, client)
}

/// Puts notes on a client's timeline until each is accepted: who is told 503 comes again, under the same key.
async fn push_notes(claire: &Bureau, client: Uuid, notes: impl IntoIterator<Item = String>) {
    let mut notes: Vec<String> = notes.into_iter().collect();
    until("all notes are accepted", async || {
        for some in std::mem::take(&mut notes).chunks(8) {
            let pushed = some.iter().map(|texte| claire.push_note(client, texte));
            for (texte, answer) in some.iter().zip(join_all(pushed).await) {
                let answer = answer.expect("an answer");
                let known = answer.status.is_success() || answer.status == 503;
                assert!(known, "{} {}", answer.status, answer.text);
                if !answer.status.is_success() {
                    notes.push(texte.clone());
                }
            }
        }
        notes.is_empty().then_some(())
    })
    .await;
}

/// An event that is about nothing of ours.
fn event(id: &str) -> serde_json::Value {
    serde_json::json!({ "id": id, "object": "event", "type": "ping", "livemode": false })
}
