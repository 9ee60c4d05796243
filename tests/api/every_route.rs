//! What must hold on every route, read out of the URL table itself: a new route is tried without being
//! listed here.

use reqwest::Method;
use serde_json::json;
use tests::routes::{Route, WEBHOOK, routes};
use tests::{Answer, App, Bureau};
use uuid::Uuid;

/// The path about one thing: its ids and tokens filled in.
fn about(route: &Route, world: &World) -> String {
    let id = match route.path.trim_start_matches("/api").split('/').nth(1) {
        Some("clients") => world.client,
        Some("opportunites") => world.deal,
        Some("tickets") => world.ticket,
        Some("evenements") => world.note,
        _ => world.job,
    };
    let token = if route.path.contains("/portail/") { "0".repeat(96) } else { "0".repeat(64) };
    route.path.replace("{id}", &id.to_string()).replace("{token}", &token).replace("{evt}", "evt_1")
}

/// One of each of a freelancer's things.
struct World {
    client: Uuid,
    deal: Uuid,
    ticket: Uuid,
    note: Uuid,
    job: Uuid,
}

impl World {
    async fn of(claire: &Bureau) -> Self {
        let client = claire.add_client("Vasseur").await;
        let deal = claire.add_won_deal(client, "Site", "100").await;
        let ticket = json!({ "clientId": client, "sujet": "s", "description": "d" });
        let ticket = tests::people::id(&claire.post("/api/tickets", ticket).await.expect(201));
        let path = format!("/api/clients/{client}/notes");
        let note = tests::people::id(&claire.post(&path, json!({ "texte": "n" })).await.expect(201));
        let request = claire.request(Method::POST, &path).json(&json!({ "texte": "m" }));
        let job = Answer::of(request).await.expect(202)["jobId"].as_str().unwrap().parse().unwrap();
        Self { client, deal, ticket, note, job }
    }
}

async fn send(who: &Bureau, method: &Method, path: &str, origin: Option<&str>) -> Answer {
    let mut request = who.bare(method.clone(), path);
    if let Some(origin) = origin {
        request = request.header("Origin", origin);
    }
    // A body of the kind that the route takes; what is in it is wrong, and must not be looked at first.
    let request = match (method == Method::GET, path.starts_with("/api/")) {
        (true, _) => request,
        (_, true) => request.json(&json!({})),
        (_, false) => request.form(&[("cle", "k")]),
    };
    Answer::of(request).await
}

#[tokio::test]
async fn no_unsafe_route_takes_a_request_from_another_site() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let world = World::of(&claire).await;
    app.until_empty().await;
    let before = app.count("SELECT count(*) FROM job_resultat").await;
    for route in routes().iter().filter(|route| route.method != Method::GET && route.path != WEBHOOK) {
        let path = about(route, &world);
        for origin in [Some("https://evil.example"), Some("null")] {
            let answer = send(&claire, &route.method, &path, origin).await;
            assert_eq!(answer.status, 403, "{} {path} {origin:?}", route.method);
        }
        if !route.is_public() {
            let answer = send(&claire, &route.method, &path, None).await;
            assert_eq!(answer.status, 403, "{} {path} without an origin", route.method);
            // A token of anything opens nothing, and lets no cookie in.
            let borrowed = claire.bare(route.method.clone(), &path).header("Origin", "https://evil.example");
            let answer = Answer::of(borrowed.bearer_auth("x").json(&json!({}))).await;
            assert!(
                [401, 403, 429].contains(&answer.status.as_u16()),
                "{} {path} under a token",
                route.method
            );
        }
    }
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM job_resultat").await, before);
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let world = World::of(&claire).await;
    let stranger = Bureau::stranger(&app);
    for route in routes().iter().filter(|route| !route.is_public() && route.path != WEBHOOK) {
        let path = about(route, &world);
        let answer = send(&stranger, &route.method, &path, Some(&app.base)).await;
        if path.starts_with("/api/") {
            assert_eq!(answer.status, 401, "{} {path}", route.method);
        } else {
            assert_eq!(answer.status, 303, "{} {path}", route.method);
            assert!(
                answer.header("location").starts_with("/connexion"),
                "{path}: {}",
                answer.header("location")
            );
        }
    }
}

#[tokio::test]
async fn what_is_anothers_is_not_found_on_any_route() {
    let app = App::start().await;
    let (claire, denis) =
        (app.freelance("claire@example.org").await, app.freelance("denis@example.org").await);
    let world = World::of(&claire).await;
    app.until_empty().await;
    let before = app.count("SELECT count(*) FROM job_resultat WHERE statut = 'termine'").await;
    for route in routes().iter().filter(|route| route.path.contains("{id}") && !route.is_public()) {
        let path = about(route, &world);
        let answer = send(&denis, &route.method, &path, Some(&app.base)).await;
        assert!([404, 422].contains(&answer.status.as_u16()), "{} {path}: {}", route.method, answer.status);
        if route.method == Method::GET || route.method == Method::DELETE {
            assert_eq!(answer.status, 404, "{} {path}", route.method);
        }
    }
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE statut = 'termine'").await, before);
}
