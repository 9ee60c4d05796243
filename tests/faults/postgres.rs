//! Postgres goes away and comes back.

use sandbox::postgres::Stop;
use sandbox::simulateur::signature;
use serde_json::json;
use tests::app::WEBHOOK_SECRET;
use tests::{App, Options};

use crate::{event, faulty, office, push_notes};

#[tokio::test]
async fn a_webhook_is_answered_while_postgres_is_stopped_and_applied_once_it_is_back() {
    let mut app = App::start_with(Options { fsync: true, ..Options::default() }).await;
    app.postgres.stop(Stop::Immediate).unwrap();
    for i in 0..20 {
        let body = json!({ "id": format!("evt_{i}"), "type": "ping" }).to_string();
        let header = signature(WEBHOOK_SECRET, worker::clock().timestamp(), body.as_bytes());
        app.deliver(&body, &header).await.expect(200);
    }
    app.postgres.restart().unwrap();
    app.until_count("SELECT count(*) FROM evenement_stripe", 20).await;
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE statut <> 'termine'").await, 0);
}

#[tokio::test]
async fn a_page_says_that_it_cannot_be_served_and_recovers() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    app.postgres.stop(Stop::Immediate).unwrap();
    for path in ["/api/clients", "/clients", "/pret"] {
        let answer = claire.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
    }
    claire.get("/sante").await.expect(200);
    app.postgres.restart().unwrap();
    tests::until("pages are served", || async { (claire.get("/clients").await.status == 200).then_some(()) })
        .await;
}

#[tokio::test]
async fn a_postgres_that_crashes_again_and_again_loses_and_doubles_nothing() {
    let (mut app, claire, client) = office(faulty()).await;
    let courier = app.courier();
    for round in 0..5 {
        for n in 0..10 {
            courier.deliver(&event(&format!("evt_{round}_{n}"))).await.unwrap().expect(200);
            // The edge looks into Postgres before it takes a note: it may refuse, and the note is sent again.
            drop(claire.push_note(client, &format!("note {round} {n}")).await);
        }
        app.postgres.stop(Stop::Immediate).unwrap();
        courier.deliver(&event(&format!("evt_{round}_down"))).await.unwrap().expect(200);
        app.postgres.restart().unwrap();
    }
    app.check_l().await;
    assert_eq!(app.witness.events(), 55);
}

#[tokio::test]
async fn an_outage_of_postgres_spends_no_attempt_however_long() {
    let (mut app, _, _) = office(faulty()).await;
    app.postgres.stop(Stop::Fast).unwrap();
    let courier = app.courier();
    for n in 0..20 {
        courier.deliver(&event(&format!("evt_{n}"))).await.unwrap().expect(200);
    }
    // Half an hour is some sixty rests of a queue. What counts is that a rest costs nothing: see some of them.
    tests::until("the queue has tried several times", || async {
        (app.log("worker").matches("Postgres is out of reach").count() >= 4).then_some(())
    })
    .await;
    app.postgres.restart().unwrap();
    app.check_l().await;
    assert_eq!(
        app.count("SELECT count(*) FROM job_resultat WHERE tentatives > 1").await,
        0,
        "an attempt was spent"
    );
}

#[tokio::test]
async fn a_postgres_that_hangs_is_waited_for() {
    let (app, claire, client) = office(Options { ways: true, ..faulty() }).await;
    let courier = app.courier();
    app.ways().postgres.hang();
    for n in 0..20 {
        courier.deliver(&event(&format!("evt_{n}"))).await.unwrap().expect(200);
    }
    claire.push_note(client, "refused").await.unwrap().expect(503);
    app.ways().postgres.resume();
    app.check_l().await;
    app.ways().postgres.hang();
    courier.deliver(&event("evt_cut")).await.unwrap().expect(200);
    app.ways().postgres.cut();
    app.ways().postgres.resume();
    app.check_l().await;
    assert_eq!(app.witness.events(), 21);
}

#[tokio::test]
async fn a_postgres_out_of_connections_is_waited_for() {
    let (app, _, _) = office(faulty()).await;
    let limit = |n: i32| {
        let sql = format!(
            "ALTER ROLE guichet_worker_login CONNECTION LIMIT {n};
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'guichet-worker'"
        );
        app.postgres.psql("guichet", &sql).unwrap();
    };
    limit(0);
    for n in 0..10 {
        app.courier().deliver(&event(&format!("evt_{n}"))).await.unwrap().expect(200);
    }
    app.until_log("worker", "Postgres is out of reach").await;
    limit(-1);
    app.check_l().await;
    assert_eq!(
        app.count("SELECT count(*) FROM job_resultat WHERE tentatives > 1").await,
        0,
        "an attempt was spent"
    );
}

/// Has the first notes fail with this SQLSTATE, as Postgres would.
fn raise(app: &App, sqlstate: &str, times: u32) {
    let sql = format!(
        "CREATE SEQUENCE fautes;
         GRANT USAGE ON SEQUENCE fautes TO PUBLIC;
         CREATE FUNCTION faute() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('fautes') <= {times} THEN RAISE EXCEPTION 'a fault' USING ERRCODE = '{sqlstate}'; END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER faute BEFORE INSERT ON evenement_timeline
             FOR EACH ROW WHEN (NEW.type_evenement = 'note') EXECUTE FUNCTION faute()"
    );
    app.postgres.psql("guichet", &sql).unwrap();
}

#[tokio::test]
async fn deadlocks_and_lost_races_are_tried_again() {
    for sqlstate in ["40P01", "40001"] {
        let (app, claire, client) = office(faulty()).await;
        raise(&app, sqlstate, 2);
        push_notes(&claire, client, ["tried again".to_owned()]).await;
        app.check_l().await;
        assert_eq!(
            app.count("SELECT tentatives::bigint FROM job_resultat WHERE type = 'RecordNote'").await,
            3
        );
    }
}

#[tokio::test]
async fn a_full_disk_is_an_outage() {
    let (app, claire, client) = office(faulty()).await;
    raise(&app, "53100", 3);
    push_notes(&claire, client, ["once there is room".to_owned()]).await;
    app.check_l().await;
    assert_eq!(app.count("SELECT tentatives::bigint FROM job_resultat WHERE type = 'RecordNote'").await, 1);
}
