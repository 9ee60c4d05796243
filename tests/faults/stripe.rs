//! Stripe fails, in each of its ways, while links are asked for.

use sandbox::simulateur::{FauteApi, Fautes, GenreApi, Moyen};
use serde_json::json;
use tests::{Answer, App, Bureau, Options, until};
use uuid::Uuid;

use crate::{event, faulty, office};

fn fault(faute: GenreApi) -> FauteApi {
    let chemin = Some("/v1/checkout/sessions".into());
    FauteApi { methode: Some("POST".into()), chemin, faute, fois: Some(1), delai_ms: 500 }
}

/// Asks for a link and waits for nothing: the job's id.
async fn ask_link(claire: &Bureau, deal: Uuid) -> String {
    let request = claire.request(reqwest::Method::POST, "/api/paiements/stripe/session");
    let answer = Answer::of(request.json(&json!({ "opportuniteId": deal }))).await.expect(202);
    answer["jobId"].as_str().unwrap().to_owned()
}

async fn until_done(claire: &Bureau, job: &str) {
    until("the job is done", || async {
        (claire.get(&format!("/api/jobs/{job}")).await.expect(200)["statut"] == "termine").then_some(())
    })
    .await;
}

/// Pays a deal's session at Stripe.
async fn pay(app: &App, claire: &Bureau, deal: Uuid) {
    let session = claire.session_id(deal).await;
    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
}

/// Pays a deal's session, which is the only one that Stripe has.
async fn pay_the_only_session(app: &App, claire: &Bureau, deal: Uuid) {
    pay(app, claire, deal).await;
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'", 1).await;
    app.check_l().await;
    assert_eq!(app.simulateur.sessions().len(), 1);
}

#[tokio::test]
async fn a_link_is_opened_once_however_stripe_fails() {
    use GenreApi::{Coupure, CoupureApres, Delai, ErreurApres, TropDeRequetes};
    let (app, claire, client) = office(faulty()).await;
    let faults = [TropDeRequetes, CoupureApres, Delai, ErreurApres, Coupure];
    app.simulateur.set_faults(Fautes { api: faults.map(fault).to_vec(), webhooks: Vec::new() });
    let mut asked = Vec::new();
    for n in 0..faults.len() {
        let deal = claire.add_won_deal(client, &format!("deal {n}"), "100").await;
        asked.push((deal, ask_link(&claire, deal).await));
    }
    for (deal, job) in &asked {
        until_done(&claire, job).await;
        pay(&app, &claire, *deal).await;
    }
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'", 5).await;
    app.check_l().await;
    assert_eq!(app.count("SELECT count(*) FROM session_paiement WHERE statut = 'ouverte'").await, 0);
}

#[tokio::test]
async fn a_stripe_that_hangs_keeps_no_event_waiting_and_is_asked_again() {
    let (app, claire, client) = office(Options { ways: true, ..faulty() }).await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    app.ways().stripe.hang();
    let job = ask_link(&claire, deal).await;
    until("the call is under way", || async {
        (claire.get(&format!("/api/jobs/{job}")).await.expect(200)["statut"] == "en_cours").then_some(())
    })
    .await;
    app.courier().deliver(&event("evt_meanwhile")).await.unwrap().expect(200);
    app.until_count("SELECT count(*) FROM evenement_stripe", 1).await;
    // The answer never comes: the connection ends, and the same attempt is asked for again.
    app.ways().stripe.cut();
    app.until_log("worker", "put off").await;
    app.ways().stripe.resume();
    until_done(&claire, &job).await;
    pay_the_only_session(&app, &claire, deal).await;
}

/// A deal whose link was being asked for when the worker died: Stripe has answered, and nobody knows it. The job
/// waits for a worker.
async fn killed_with_the_answer_in_hand() -> (App, Bureau, Uuid, String) {
    let (mut app, claire, client) = office(Options { workers: 0, ..faulty() }).await;
    app.start_worker();
    let deal = claire.add_won_deal(client, "Site", "100").await;
    app.kill_workers();
    app.start_worker_with(&[("FAILPOINT", "after-call=kill")]);
    let job = ask_link(&claire, deal).await;
    app.until_worker_ended().await;
    (app, claire, deal, job)
}

#[tokio::test]
async fn a_worker_killed_with_stripes_answer_in_hand_opens_one_session() {
    let (mut app, claire, deal, job) = killed_with_the_answer_in_hand().await;
    app.start_worker();
    until_done(&claire, &job).await;
    pay_the_only_session(&app, &claire, deal).await;
}

#[tokio::test]
async fn a_worker_whose_clock_is_an_hour_off_books_the_right_money() {
    for offset in ["-3600", "3600"] {
        // Only the workers: an edge that is off would refuse signatures, see `webhooks`.
        let (mut app, claire, client) = office(faulty()).await;
        app.kill_workers();
        app.start_worker_with(&[("CLOCK_OFFSET_S", offset)]);
        let deal = claire.add_won_deal(client, "Site", "100").await;
        claire.pay_link(deal).await;
        pay(&app, &claire, deal).await;
        app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'", 1).await;
        app.check_l().await;
    }
}

#[tokio::test]
async fn an_attempt_whose_key_stripe_has_forgotten_is_left_behind() {
    let (mut app, claire, deal, job) = killed_with_the_answer_in_hand().await;
    // A day and an hour later: the answer was never learnt, the session is over, its key is forgotten.
    let lost = app.simulateur.sessions().remove(0).id;
    app.simulateur.expire(&lost).unwrap();
    app.simulateur.forget_keys();
    let later = "UPDATE session_paiement SET date_creation = date_creation - interval '25 hours',
        date_expiration = date_expiration - interval '25 hours',
        parametres = jsonb_set(parametres, '{date_expiration}',
            to_jsonb(((parametres->>'date_expiration')::timestamptz - interval '25 hours')))";
    sqlx::query(later).execute(&app.db).await.unwrap();
    app.start_worker();
    until_done(&claire, &job).await;
    let session = claire.session_id(deal).await;
    assert_ne!(session, lost);
    assert_eq!(app.simulateur.sessions().len(), 2);
    assert_eq!(app.count("SELECT count(*) FROM session_paiement WHERE statut = 'ouverte'").await, 1);
    pay(&app, &claire, deal).await;
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'", 1).await;
    app.check_l().await;
}
