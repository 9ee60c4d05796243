//! The worker dies in the middle of a job.

use std::time::Duration;

use common::job::{Actor, Job, JobId};
use nix::sys::signal::Signal;
use sandbox::simulateur::{FauteApi, Fautes, GenreApi};
use serde_json::json;
use tests::wait::within;
use tests::{App, Expected, Options, until};

use crate::{event, faulty, office, push_notes};

/// Stripe does what it is asked at once and answers late.
fn answer_after_the_work(chemin: &str) -> Fautes {
    let fault = FauteApi {
        methode: Some("POST".into()),
        chemin: Some(chemin.into()),
        faute: GenreApi::Delai,
        fois: Some(1),
        delai_ms: 20_000,
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
    app.simulateur.set_faults(answer_after_the_work("/v1/checkout/sessions"));

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
async fn a_worker_killed_between_a_refund_and_its_record_refunds_once() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_paid_deal(&app, client, "Site", "100").await;
    // The money goes back, the worker dies before it hears of it, and no event tells of it either.
    app.simulateur.set_webhook(None);
    app.simulateur.set_faults(answer_after_the_work("/v1/refunds"));
    let path = format!("/api/opportunites/{deal}/remboursements");
    let request = claire.request(reqwest::Method::POST, &path).json(&json!({ "montant": "40" }));
    let job = tests::Answer::of(request).await.expect(202)["jobId"].as_str().unwrap().to_owned();
    until("Stripe has the refund", || async {
        (!app.simulateur.events("refund.created").is_empty()).then_some(())
    })
    .await;
    assert_eq!(app.count("SELECT count(*) FROM remboursement WHERE statut = 'prepare'").await, 1);
    app.kill_workers();
    app.start_worker();
    until("the job is done", || async {
        (claire.get(&format!("/api/jobs/{job}")).await.expect(200)["statut"] == "termine").then_some(())
    })
    .await;
    assert_eq!(app.simulateur.events("refund.created").len(), 1);
    assert_eq!(
        app.count("SELECT count(*) FROM paiement WHERE type = 'rembourse' AND montant_minor = 4000").await,
        1
    );
    assert_eq!(claire.deal(deal).await["statutPaiement"], "rembourse_partiel");
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
    within(Duration::from_secs(10), "the worker is gone", || {
        let ended = stopping.ended().unwrap();
        async move { ended }
    })
    .await;
    app.start_worker();
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'").await, 200);
    app.check_l().await;
}

#[tokio::test]
async fn a_worker_killed_at_any_step_of_a_job_leaves_one_effect() {
    let (mut app, claire, client) = office(Options { workers: 0, ..faulty() }).await;
    for step in ["before-transaction", "after-claim", "before-commit", "after-commit"] {
        let pushed = claire.push_note(client, step).await.unwrap().expect(202);
        let job = pushed["jobId"].as_str().unwrap();
        app.start_worker_with(&[("FAILPOINT", &format!("{step}@{job}=kill"))]);
        app.until_worker_ended().await;
    }
    app.start_worker();
    app.check_l().await;
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'").await, 4);
}

/// A job that ends whoever runs it is parked after three of them; what was queued with it runs.
#[tokio::test]
async fn a_job_that_ends_its_workers_is_parked_and_its_neighbours_run() {
    for action in ["abort", "exhaust"] {
        let (mut app, claire, client) = office(Options { workers: 0, ..faulty() }).await;
        let poison = claire.push_note(client, "poison").await.unwrap().expect(202);
        let failpoint = format!("before-commit@{}={action}", poison["jobId"].as_str().unwrap());
        push_notes(&claire, client, (0..10).map(|n| format!("neighbour {n}"))).await;
        for _ in 0..3 {
            app.start_worker_with(&[("FAILPOINT", &failpoint)]);
            app.until_worker_ended().await;
        }
        app.start_worker_with(&[("FAILPOINT", &failpoint)]);
        app.until_count("SELECT count(*) FROM job_resultat WHERE statut = 'echoue'", 1).await;
        let fatal =
            "SELECT count(*) FROM job_resultat WHERE erreur->>'code' = 'job-fatal' AND enveloppe IS NOT NULL";
        assert_eq!(app.count(fatal).await, 1);
        app.until_count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'", 10).await;
        assert!(app.workers[0].ended().unwrap().is_none(), "the fourth worker lives");
        // Accepted and not done: it stands parked, visible, with all that running it again needs.
        app.check_l_with(Expected { parked: 1, ..Expected::default() }).await;
    }
}

#[tokio::test]
async fn a_panic_in_a_job_ends_neither_the_worker_nor_the_job() {
    let (mut app, claire, client) = office(Options { workers: 0, panics: true, ..faulty() }).await;
    let pushed = claire.push_note(client, "panics").await.unwrap().expect(202);
    let job = pushed["jobId"].as_str().unwrap();
    app.start_worker_with(&[("FAILPOINT", &format!("before-commit@{job}=panic"))]);
    app.until_log("worker", "panicked at").await;
    push_notes(&claire, client, (0..10).map(|n| format!("neighbour {n}"))).await;
    app.until_count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'", 10).await;
    assert!(app.workers[0].ended().unwrap().is_none());
    // Whatever made it panic is mended.
    app.kill_workers();
    app.start_worker();
    app.check_l().await;
}

/// A worker that stands still inside its transaction is given up; when it wakes, its transaction is void.
#[tokio::test]
async fn a_frozen_workers_job_runs_elsewhere_and_its_late_commit_does_not_count() {
    let (mut app, claire, client) = office(Options { workers: 0, ..faulty() }).await;
    let latch = app.latch();
    app.start_worker_with(&[("FAILPOINT", &format!("before-transaction@RecordNote={}", latch.hang()))]);
    push_notes(&claire, client, ["once".to_owned()]).await;
    app.until_log("worker", "failpoint").await;
    app.workers[0].signal(Signal::SIGSTOP).unwrap();
    app.start_worker();
    app.until_count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'", 1).await;
    latch.lift();
    app.workers[0].signal(Signal::SIGCONT).unwrap();
    app.check_l().await;
}

#[tokio::test]
async fn eight_workers_started_on_many_due_jobs_run_each_once() {
    let (mut app, claire, client) = office(Options { workers: 0, ..faulty() }).await;
    push_notes(&claire, client, (0..300).map(|n| format!("note {n}"))).await;
    let courier = app.courier();
    for n in 0..300 {
        courier.deliver(&event(&format!("evt_{n}"))).await.unwrap().expect(200);
    }
    for _ in 0..8 {
        app.start_worker();
    }
    app.check_l().await;
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE tentatives > 1").await, 0);
}

/// A note of tomorrow's product, which this worker does not know.
#[derive(serde::Serialize, serde::Deserialize)]
struct NoteOfTomorrow {
    texte: String,
}

impl Job for NoteOfTomorrow {
    const KIND: &'static str = common::jobs::RecordNote::KIND;
    const VERSION: u16 = common::jobs::RecordNote::VERSION + 1;
    const QUEUE: common::job::Queue = common::jobs::RecordNote::QUEUE;
}

/// While a deployment rolls, new edges and old workers meet: what an old worker does not know waits for a new
/// one, visibly, and keeps nobody else waiting.
#[tokio::test]
async fn a_job_of_a_newer_version_waits_for_a_newer_worker() {
    let (app, claire, client) = office(faulty()).await;
    let actor = Actor::Utilisateur(uuid::Uuid::from_u128(1));
    let job = NoteOfTomorrow { texte: "tomorrow".into() };
    let envelope = app.envelope(JobId::of::<NoteOfTomorrow>(&actor, "tomorrow"), actor, &job);
    app.push(&envelope).await;
    app.until_log("worker", "it waits for a newer worker").await;
    push_notes(&claire, client, (0..10).map(|n| format!("note {n}"))).await;
    app.until_count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'", 10).await;
    assert!(app.dump_redis().await.contains(&envelope.id.to_string()), "it is still there");
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE statut <> 'termine'").await, 0);
}
