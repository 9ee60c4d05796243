//! Redis goes away and comes back.

use sandbox::redis::AppendFsync;
use sandbox::simulateur::signature;
use serde_json::json;
use tests::app::WEBHOOK_SECRET;
use tests::{Answer, App, Options};

#[tokio::test]
async fn jobs_that_redis_held_when_it_was_killed_all_run_after_its_return() {
    let redis = sandbox::redis::Options { append_fsync: AppendFsync::EverySecond, ..Default::default() };
    let mut app = App::start_with(Options { redis, ..Options::default() }).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    app.kill_workers();
    for i in 0..100 {
        let path = format!("/api/clients/{client}/notes");
        let request =
            claire.request(reqwest::Method::POST, &path).json(&json!({ "texte": format!("note {i}") }));
        Answer::of(request).await.expect(202);
    }
    app.start_worker();
    app.redis.kill().unwrap();
    app.redis.restart().unwrap();
    // Neither the edge nor the worker is started again.
    app.until_count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'", 100).await;
    app.until_empty().await;
    let more = claire.post(&format!("/api/clients/{client}/notes"), json!({ "texte": "après" })).await;
    more.expect(201);
}

#[tokio::test]
async fn without_redis_the_webhook_is_refused_and_the_portal_still_reads() {
    // Sessions live in Redis: they outlive its crash as far as its log does.
    let redis = sandbox::redis::Options { append_fsync: AppendFsync::EverySecond, ..Default::default() };
    let mut app = App::start_with(Options { redis, ..Options::default() }).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;
    app.redis.kill().unwrap();

    let body = json!({ "id": "evt_1", "type": "ping" }).to_string();
    let header = signature(WEBHOOK_SECRET, worker::clock().timestamp(), body.as_bytes());
    let refused = app.deliver(&body, &header).await;
    refused.expect(503);
    assert_ne!(refused.header("retry-after"), "");
    portail.get("").await.expect(200);
    let page = reqwest::get(format!("{}/portail/{}", app.base, portail.token)).await.unwrap();
    assert_eq!(page.status(), 200);
    let ticket = portail.post("/tickets", json!({ "sujet": "s", "description": "d" })).await;
    ticket.expect(503);

    let signed_in = claire.get("/api/clients").await;
    signed_in.expect(503);
    assert_eq!(signed_in.header("set-cookie"), "", "the cookie is kept");
    let page = claire.get("/clients").await;
    assert_eq!((page.status.as_u16(), page.header("set-cookie")), (503, ""));

    app.redis.restart().unwrap();
    tests::until("the session is good again", || async {
        (claire.get("/api/clients").await.status == 200).then_some(())
    })
    .await;
    app.deliver(&body, &header).await.expect(200);
    app.until_count("SELECT count(*) FROM evenement_stripe", 1).await;
}
