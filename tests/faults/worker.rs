//! The worker dies in the middle of a job.

use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::simulateur::{FauteApi, Fautes, GenreApi};
use serde_json::json;
use tests::wait::within;
use tests::{App, until};

/// Stripe opens the session at once and answers late.
fn answer_after_the_work() -> Fautes {
    let fault = FauteApi {
        methode: Some("POST".into()),
        chemin: Some("/v1/checkout/sessions".into()),
        faute: GenreApi::Delai,
        fois: Some(1),
        delai_ms: 3_000,
    };
    Fautes { api: vec![fault], webhooks: Vec::new() }
}

/// Backends that wait for the row that the test holds: the worker is in mid-job.
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guichet-worker'
    AND wait_event_type = 'Lock'";

#[tokio::test]
async fn a_killed_workers_job_is_finished_by_another_within_fifteen_seconds() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let ticket = json!({ "clientId": client, "sujet": "s", "description": "d" });
    let ticket = tests::people::id(&claire.post("/api/tickets", ticket).await.expect(201));

    // The job has claimed its row and works: its transaction waits for the ticket that the test holds.
    let mut hold = app.db.begin().await.unwrap();
    sqlx::query("SELECT id FROM ticket WHERE id = $1 FOR UPDATE")
        .bind(ticket)
        .execute(&mut *hold)
        .await
        .unwrap();
    let path = format!("/api/tickets/{ticket}/messages");
    let request = claire.request(reqwest::Method::POST, &path).json(&json!({ "corps": "réponse" }));
    let job = tests::Answer::of(request).await.expect(202)["jobId"].as_str().unwrap().to_owned();
    app.until_count(WAITING, 1).await;

    app.start_worker();
    app.workers.remove(0).stop(Signal::SIGKILL, Duration::from_secs(5)).unwrap();
    hold.rollback().await.unwrap();

    within(Duration::from_secs(15), "another worker finishes the job", || async {
        (claire.get(&format!("/api/jobs/{job}")).await.expect(200)["statut"] == "termine").then_some(())
    })
    .await;
    assert_eq!(app.count("SELECT count(*) FROM message_ticket WHERE corps = 'réponse'").await, 1);
    assert_eq!(
        app.count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'ticket_reponse'").await,
        1
    );
}

#[tokio::test]
async fn a_worker_killed_between_stripe_and_commit_opens_one_session() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    // Stripe does the work and its answer is held back; the worker dies before it comes.
    app.simulateur.set_faults(answer_after_the_work());

    let path = "/api/paiements/stripe/session";
    let request = claire.request(reqwest::Method::POST, path).json(&json!({ "opportuniteId": deal }));
    let job = tests::Answer::of(request).await.expect(202)["jobId"].as_str().unwrap().to_owned();
    until("Stripe has the session", || async { (!app.simulateur.sessions().is_empty()).then_some(()) }).await;
    app.kill_workers();
    app.start_worker();
    until("the job is done", || async {
        (claire.get(&format!("/api/jobs/{job}")).await.expect(200)["statut"] == "termine").then_some(())
    })
    .await;
    assert_eq!(app.simulateur.sessions().len(), 1);
    assert_eq!(app.count("SELECT count(*) FROM session_paiement WHERE statut = 'ouverte'").await, 1);
}

#[tokio::test]
async fn a_worker_told_to_stop_finishes_and_leaves_the_rest_to_the_next() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    for i in 0..200 {
        let path = format!("/api/clients/{client}/notes");
        let request =
            claire.request(reqwest::Method::POST, &path).json(&json!({ "texte": format!("note {i}") }));
        tests::Answer::of(request).await.expect(202);
        if i == 50 {
            app.workers[0].signal(Signal::SIGTERM).unwrap();
        }
    }
    let mut stopping = app.workers.remove(0);
    until("the worker is gone", || {
        let ended = stopping.ended().unwrap();
        async move { ended }
    })
    .await;
    app.start_worker();
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'").await, 200);
    assert_eq!(app.count("SELECT count(DISTINCT description_texte) FROM evenement_timeline").await, 200);
}
