//! `GET /metrics` of both processes, on addresses of their own: for those who operate Guichet.

use std::process::Stdio;

use reqwest::Method;
use tests::{Answer, App, Options, until};

/// Both processes, each with its address for metrics.
async fn start() -> (App, String, String) {
    let options = Options { edge: false, workers: 0, ..Options::default() };
    let mut app = App::start_with(options).await;
    let address = || format!("127.0.0.1:{}", sandbox::place::free_port(None).unwrap());
    let (edge, worker) = (address(), address());
    app.start_edge_with(&[("METRICS_ADDR", &edge)]).await;
    app.start_worker_with(&[("METRICS_ADDR", &worker)]);
    (app, edge, worker)
}

async fn read(address: &str) -> String {
    let answer = Answer::of(reqwest::Client::new().get(format!("http://{address}/metrics"))).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    answer.text
}

#[track_caller]
fn assert_line(text: &str, line: &str) {
    assert!(text.lines().any(|it| it == line), "{line}\n{text}");
}

#[tokio::test]
async fn both_processes_tell_what_they_did_and_how_the_queues_are() {
    let (app, edge, worker) = start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Refonte", "100").await;
    claire.pay_link(deal).await;
    let token = claire.open_portail(client).await.token;
    assert_eq!(claire.get(&format!("/portail/{token}")).await.status, 200);
    assert_eq!(claire.get("/nulle-part/secret").await.status, 404);
    claire.bare(Method::from_bytes(b"INVENTED").unwrap(), "/sante").send().await.unwrap();
    app.until_empty().await;

    let text = read(&edge).await;
    assert_line(&text, r#"guichet_requests_total{method="GET",route="/portail/{token}",status="200"} 1"#);
    assert_line(&text, r#"guichet_requests_total{method="GET",route="-",status="404"} 1"#);
    assert_line(&text, r#"guichet_requests_total{method="-",route="/sante",status="403"} 1"#);
    assert_line(&text, r#"guichet_jobs_queued_total{kind="CreateClient"} 1"#);
    assert_line(&text, "guichet_workers 1");
    assert_line(&text, "guichet_jobs_parked 0");
    assert!(text.contains(r#"state="ready"} 0"#) && text.contains("guichet_queue_oldest_seconds"), "{text}");
    assert!(!text.contains(&token) && !text.contains("secret") && !text.contains("INVENTED"), "{text}");

    let text = read(&worker).await;
    assert_line(&text, r#"guichet_job_runs_total{kind="CreateClient",end="termine"} 1"#);
    assert_line(&text, r#"guichet_job_latency_seconds_count{kind="CreateCheckoutSession"} 1"#);
    assert_line(&text, r#"guichet_stripe_call_duration_seconds_count{call="create"} 1"#);
    assert_line(&text, "guichet_stripe_call_failures_total 0");
    assert!(text.ends_with("# EOF\n"), "{text}");

    // The public address knows nothing of it, and theirs nothing else.
    assert_eq!(claire.get("/metrics").await.status, 404);
    assert_eq!(reqwest::get(format!("http://{edge}/connexion")).await.unwrap().status(), 404);
}

#[tokio::test]
async fn what_cannot_be_asked_is_left_out() {
    let (mut app, edge, _) = start().await;
    app.redis.stop().unwrap();
    let text = until("the queues are not told", || async {
        let text = read(&edge).await;
        (!text.contains("guichet_queue_jobs")).then_some(text)
    })
    .await;
    assert!(
        text.contains("guichet_jobs_parked 0") && text.contains("guichet_postgres_connections"),
        "{text}"
    );
}

#[tokio::test]
async fn an_address_that_is_taken_ends_the_start_and_is_named() {
    let (app, taken, _) = start().await;
    let mut command = app.worker_command("run");
    let output = command.env("METRICS_ADDR", &taken).stderr(Stdio::piped()).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("METRICS_ADDR"), "{error}");
}
