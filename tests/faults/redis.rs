//! Redis goes away and comes back.

use std::time::Duration;

use sandbox::redis::AppendFsync;
use sandbox::simulateur::signature;
use serde_json::json;
use tests::app::WEBHOOK_SECRET;
use tests::{Answer, App, Expected, Options};

use crate::{LEASE, event, faulty, office, push_notes};

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

/// Kills Redis under load, in each way of keeping its log.
#[tokio::test]
async fn a_killed_redis_loses_nothing_that_its_log_holds_and_doubles_nothing() {
    for append_fsync in [AppendFsync::Always, AppendFsync::EverySecond, AppendFsync::None] {
        let redis = sandbox::redis::Options { append_fsync, ..Default::default() };
        let (mut app, claire, client) = office(Options { redis, ..faulty() }).await;
        push_notes(&claire, client, (0..60).map(|n| format!("before {n}"))).await;
        app.redis.kill().unwrap();
        app.redis.restart().unwrap();
        // A log that holds nothing loses sessions, too: whoever was signed in signs in again.
        let claire = tests::Bureau::sign_in(&app, "claire@example.org").await;
        push_notes(&claire, client, (0..20).map(|n| format!("after {n}"))).await;
        app.check_l_with(Expected { wiped: append_fsync == AppendFsync::None, ..Expected::default() }).await;
        let after = "SELECT count(*) FROM evenement_timeline WHERE description_texte LIKE 'after %'";
        assert_eq!(app.count(after).await, 20);
    }
}

/// A power cut takes with it what the disk did not have yet: the tail of the log. A killed process proves
/// nothing of that, for the page cache outlives it.
#[tokio::test]
async fn after_a_power_cut_what_is_lost_can_be_sent_again_and_nothing_is_there_twice() {
    let (mut app, claire, client) = office(Options { workers: 0, ..faulty() }).await;
    push_notes(&claire, client, (0..20).map(|n| format!("early {n}"))).await;
    let log = std::fs::read_dir(app.redis.dir().join("appendonlydir")).unwrap();
    let log =
        log.map(|entry| entry.unwrap().path()).find(|path| path.to_string_lossy().ends_with("incr.aof"));
    let log = log.expect("an append-only file");
    let on_disk = std::fs::metadata(&log).unwrap().len();
    push_notes(&claire, client, (0..20).map(|n| format!("late {n}"))).await;
    app.start_worker();
    app.until_count("SELECT least(count(*), 5) FROM evenement_timeline WHERE type_evenement = 'note'", 5)
        .await;
    app.redis.kill().unwrap();
    std::fs::File::options().write(true).open(&log).unwrap().set_len(on_disk).unwrap();
    app.redis.restart().unwrap();
    let (early, late): (Vec<_>, Vec<_>) =
        (0..20).map(|n| (format!("early {n}"), format!("late {n}"))).unzip();
    app.check_l_with(Expected { wiped: true, ..Expected::default() }).await;
    let safe = "SELECT count(*) FROM evenement_timeline WHERE description_texte LIKE 'early %'";
    assert_eq!(app.count(safe).await, 20, "what was on disk is not lost");
    // The same wish under the same key: done already, or done now.
    push_notes(&claire, client, early.into_iter().chain(late)).await;
    app.check_l().await;
}

#[tokio::test]
async fn a_request_that_redis_lost_is_said_to_be_not_confirmed() {
    let (mut app, claire, client) = office(faulty()).await;
    app.kill_workers();
    let note = [("texte", "Rappeler lundi")];
    let sent =
        Answer::of(claire.request(reqwest::Method::POST, &format!("/clients/{client}/notes")).form(&note))
            .await;
    let waiting = sent.header("location").to_owned();
    assert!(waiting.starts_with("/jobs/"), "{waiting}");
    app.wipe_redis().await;

    let claire = tests::Bureau::sign_in(&app, "claire@example.org").await;
    let page = claire.get(&waiting).await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("Non confirmé"), "{}", page.text);
    assert!(
        page.text.contains(&format!("href=\"/clients/{client}?onglet=note\"")),
        "the way back: {}",
        page.text
    );
}

#[tokio::test]
async fn after_ten_wipes_what_is_sent_again_stands_once() {
    let (app, _, client) = office(faulty()).await;
    let notes = |round: usize| (0..20).map(move |n| format!("round {round} {n}"));
    let courier = app.courier();
    for round in 0..10 {
        let claire = tests::Bureau::sign_in(&app, "claire@example.org").await;
        push_notes(&claire, client, notes(round)).await;
        courier.deliver(&event(&format!("evt_{round}"))).await.unwrap().expect(200);
        app.wipe_redis().await;
    }
    app.check_l_with(Expected { wiped: true, ..Expected::default() }).await;
    let claire = tests::Bureau::sign_in(&app, "claire@example.org").await;
    for round in 0..10 {
        push_notes(&claire, client, notes(round)).await;
        courier.deliver(&event(&format!("evt_{round}"))).await.unwrap().expect(200);
    }
    app.check_l().await;
}

#[tokio::test]
async fn a_full_redis_refuses_politely_and_drains() {
    let redis = sandbox::redis::Options { max_memory: Some(4 << 20), ..faulty().redis };
    let (mut app, claire, client) = office(Options { redis, workers: 0, ..faulty() }).await;
    let long = "x".repeat(9_000);
    let mut refused = None;
    for n in 0..2_000 {
        let answer = claire.push_note(client, &format!("{n} {}", &long[n..])).await.unwrap();
        if !answer.status.is_success() {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("Redis fills up");
    refused.expect(503);
    assert_ne!(refused.header("retry-after"), "");
    app.start_worker();
    tests::until("there is room again", || async {
        claire.push_note(client, "room").await.ok()?.status.is_success().then_some(())
    })
    .await;
    app.check_l().await;
}

#[tokio::test]
async fn a_redis_that_stands_still_loses_nothing_and_hands_nothing_out_twice() {
    let (app, claire, client) = office(faulty()).await;
    push_notes(&claire, client, (0..40).map(|n| format!("before {n}"))).await;
    app.redis.pause().unwrap();
    // Both processes notice: the edge refuses, the worker's leases (1.5 s) are long over when it says so (5 s).
    let refused = claire.push_note(client, "refused").await.unwrap();
    refused.expect(503);
    app.until_log("worker", "Redis fails").await;
    app.redis.resume().unwrap();
    tests::until("notes are taken again", || async {
        claire.push_note(client, "after").await.ok()?.status.is_success().then_some(())
    })
    .await;
    app.check_l().await;
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE tentatives > 1").await, 0);
}

#[tokio::test]
async fn a_redis_whose_connections_are_cut_is_found_again() {
    let (app, claire, client) = office(Options { ways: true, ..faulty() }).await;
    for round in 0..5 {
        push_notes(&claire, client, (0..10).map(|n| format!("round {round} {n}"))).await;
        app.ways().redis.cut();
        claire.push_note(client, "refused").await.unwrap().expect(503);
        app.ways().redis.resume();
        tests::until("notes are taken again", || async {
            claire.push_note(client, &format!("after {round}")).await.ok()?.status.is_success().then_some(())
        })
        .await;
    }
    app.check_l().await;
}

#[tokio::test]
async fn after_a_fail_over_to_a_stale_replica_what_is_sent_again_stands_once() {
    let (mut app, claire, client) = office(Options { ways: true, ..faulty() }).await;
    let mut replica = sandbox::redis::Redis::start(None, faulty().redis).unwrap();
    let mut asked =
        ::redis::Client::open(replica.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let mut ask = async |command: &str, arguments: &[&str]| -> String {
        ::redis::cmd(command).arg(arguments).query_async(&mut asked).await.unwrap()
    };
    push_notes(&claire, client, (0..20).map(|n| format!("early {n}"))).await;
    ask("REPLICAOF", &["127.0.0.1", &app.redis.port().to_string()]).await;
    while !ask("INFO", &["replication"]).await.contains("master_link_status:up") {}
    // From here on it hears nothing any more.
    ask("REPLICAOF", &["NO", "ONE"]).await;
    app.kill_workers();
    push_notes(&claire, client, (0..20).map(|n| format!("late {n}"))).await;
    app.start_worker();
    app.until_count(
        "SELECT least(count(*), 5) FROM evenement_timeline WHERE description_texte LIKE 'late %'",
        5,
    )
    .await;
    app.redis.kill().unwrap();
    app.ways().redis.lead_to(replica.port());
    std::mem::swap(&mut app.redis, &mut replica);
    app.check_l_with(Expected { wiped: true, ..Expected::default() }).await;
    push_notes(&claire, client, (0..20).map(|n| format!("late {n}"))).await;
    app.check_l().await;
}

/// A great log is read for minutes after a restart, and everything is answered `LOADING` meanwhile.
#[tokio::test]
async fn a_redis_that_still_loads_is_waited_for() {
    let (mut app, claire, client) = office(faulty()).await;
    let portail = claire.open_portail(client).await;
    push_notes(&claire, client, (0..20).map(|n| format!("before {n}"))).await;
    let redis = ::redis::Client::open(app.redis.url()).unwrap();
    let mut connection = redis.get_multiplexed_async_connection_with_config(&patient()).await.unwrap();
    let much = ::redis::Script::new("for n = 1, 400000 do redis.call('SET', 'much', n) end");
    let _: () = much.invoke_async(&mut connection).await.unwrap();

    app.redis.restart_slowly(Duration::from_micros(50)).unwrap();
    let refused = claire.push_note(client, "refused").await.unwrap();
    refused.expect(503);
    assert_ne!(refused.header("retry-after"), "");
    let refused = app.courier().deliver(&event("evt_refused")).await.unwrap();
    refused.expect(503);
    assert_ne!(refused.header("retry-after"), "");
    let page = reqwest::get(format!("{}/portail/{}", app.base, portail.token)).await.unwrap();
    assert_eq!(page.status(), 200);
    // More often than these three were told: the worker asks again and again.
    tests::until("the worker is told to wait, too", || async {
        let mut connection = redis.get_multiplexed_async_connection_with_config(&patient()).await.ok()?;
        let told: String = ::redis::cmd("INFO").arg("errorstats").query_async(&mut connection).await.ok()?;
        let told = told.lines().find_map(|line| line.strip_prefix("errorstat_LOADING:count="))?;
        (told.trim().parse::<u32>().ok()? >= 30).then_some(())
    })
    .await;
    app.redis.hasten().unwrap();

    push_notes(&claire, client, (0..20).map(|n| format!("after {n}"))).await;
    app.courier().deliver(&event("evt_after")).await.unwrap().expect(200);
    app.check_l().await;
    never_restarted(&mut app);
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE tentatives > 1").await, 0);
}

/// An hour is some ten thousand tries to connect. What counts is that a try costs nothing: see a hundred of them,
/// while the leases of what runs are over ten times.
#[tokio::test]
async fn a_redis_that_is_long_gone_is_waited_for_and_spends_no_attempt() {
    let (mut app, claire, client) = office(Options { ways: true, workers: 0, ..faulty() }).await;
    let latch = app.latch();
    app.start_worker_with(&[("FAILPOINT", &format!("before-transaction@RecordNote={}", latch.hang()))]);
    push_notes(&claire, client, (0..20).map(|n| format!("before {n}"))).await;
    app.until_log("worker", "failpoint").await;
    let gone = std::time::Instant::now();
    app.ways().redis.cut();
    claire.push_note(client, "refused").await.unwrap().expect(503);
    tests::until("a hundred tries to connect", || async {
        (app.ways().redis.refused() >= 100 && gone.elapsed() > LEASE * 10).then_some(())
    })
    .await;
    // What was in hand is done meanwhile, and said to be done when Redis is back.
    latch.lift();
    let done = "SELECT least(count(*), 1) FROM evenement_timeline WHERE type_evenement = 'note'";
    app.until_count(done, 1).await;
    app.ways().redis.resume();

    push_notes(&claire, client, (0..20).map(|n| format!("after {n}"))).await;
    app.check_l().await;
    never_restarted(&mut app);
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE tentatives > 1").await, 0);
}

fn never_restarted(app: &mut App) {
    assert!(app.workers[0].ended().unwrap().is_none(), "the worker lives");
    assert!(app.edge.as_mut().unwrap().ended().unwrap().is_none(), "the edge lives");
}

/// For a server that takes its time.
fn patient() -> ::redis::AsyncConnectionConfig {
    ::redis::AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(20)))
}
