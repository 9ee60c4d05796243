//! `/api/operations` and its page: for administrators.

use reqwest::Method;
use serde_json::json;
use tests::{Answer, App, until};

#[tokio::test]
async fn a_parked_job_is_seen_and_run_again_to_its_end() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let client = denis.add_client("Vasseur").await;
    let id = app.park_note("denis@example.org", client).await;

    let seen = claire.get("/api/operations").await.expect(200);
    let parked = &seen["echecs"][0];
    assert_eq!((&seen["nombreEchecs"], &parked["id"]), (&json!(1), &json!(id)));
    assert_eq!(
        (&parked["type"], &parked["motif"], &parked["acteurNom"], &parked["relance"]),
        (&json!("RecordNote"), &json!("job-abandonne"), &json!("Claire Morel"), &json!(null))
    );
    assert!(!seen.to_string().contains("Hélène"), "what a job carries is its sender's alone");
    let page = claire.get("/operations").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("n’a jamais abouti") && page.text.contains("Ajouter une note"),
        "{}",
        page.text
    );

    let path = format!("/api/operations/jobs/{id}/reexecuter");
    claire.post(&path, json!({})).await.expect(202);
    until("the job ends well", || async { (app.end_of(id).await.0 == "termine").then_some(()) }).await;
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'").await, 1);
    assert_eq!(denis.get(&format!("/api/jobs/{id}")).await.expect(200)["statut"], "termine");
    // What is done is not done again.
    claire.post(&path, json!({})).await.expect(404);
    assert_eq!(claire.get("/api/operations").await.expect(200)["nombreEchecs"], 0);
}

#[tokio::test]
async fn the_form_runs_it_again_too_and_says_when_it_waits() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let id = app.park_note("claire@example.org", client).await;
    app.kill_workers();
    let path = format!("/operations/jobs/{id}/reexecuter");
    for _ in 0..2 {
        let sent = Answer::of(claire.request(Method::POST, &path).form(&[("cle", "k")])).await;
        assert_eq!((sent.status.as_u16(), sent.header("location")), (303, "/operations#echecs"));
    }
    assert!(claire.get("/operations").await.text.contains("en file"));
    app.start_worker();
    until("the job ends well", || async { (app.end_of(id).await.0 == "termine").then_some(()) }).await;
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'").await, 1);
}

#[tokio::test]
async fn only_administrators_find_it() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let id = app.park_note("claire@example.org", client).await;
    assert!(claire.get("/").await.text.contains("href=\"/operations\""));
    assert!(!denis.get("/").await.text.contains("/operations"));
    for path in ["/operations", "/api/operations"] {
        assert_eq!(denis.get(path).await.status, 404, "{path}");
    }
    for path in [format!("/api/operations/jobs/{id}/reexecuter"), format!("/operations/jobs/{id}/reexecuter")]
    {
        let request = denis.request(Method::POST, &path);
        let request =
            if path.starts_with("/api") { request.json(&json!({})) } else { request.form(&[("cle", "k")]) };
        assert_eq!(Answer::of(request).await.status, 404, "{path}");
    }
    assert_eq!(app.end_of(id).await.0, "echoue");
    app.worker_with_password(
        &["create-user", "--email", "eve@example.org", "--nom", "Ève", "--administrateur"],
        tests::app::PASSWORD,
    );
    let eve = tests::Bureau::sign_in(&app, "eve@example.org").await;
    assert_eq!(eve.get("/operations").await.status, 200);
}

#[tokio::test]
async fn without_redis_the_page_says_so_and_the_cookie_stays() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    app.redis.kill().unwrap();
    let page = claire.get("/operations").await;
    assert_eq!((page.status.as_u16(), page.header("set-cookie")), (503, ""));
    assert_ne!(page.header("retry-after"), "");
    app.redis.restart().unwrap();
}
