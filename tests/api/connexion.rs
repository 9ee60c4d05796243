//! `POST /api/connexion`, `/api/deconnexion`, and what guards every signed-in route.

use reqwest::Method;
use serde_json::json;
use tests::app::PASSWORD;
use tests::{Answer, App, Bureau, Options};

#[tokio::test]
async fn the_cookie_opens_and_signing_out_closes_at_once() {
    let app = App::start().await;
    let stranger = Bureau::stranger(&app);
    stranger.get("/api/clients").await.expect(401);

    let claire = app.freelance("claire@example.org").await;
    claire.get("/api/clients").await.expect(200);
    let signed_out = Answer::of(claire.request(Method::POST, "/api/deconnexion")).await;
    assert!(signed_out.status.is_success(), "{}", signed_out.text);
    claire.get("/api/clients").await.expect(401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let app = App::start().await;
    app.create_user("claire@example.org");
    let stranger = Bureau::stranger(&app);
    let wrong =
        stranger.post("/api/connexion", json!({ "email": "claire@example.org", "motDePasse": "faux" })).await;
    let unknown =
        stranger.post("/api/connexion", json!({ "email": "nobody@example.org", "motDePasse": "faux" })).await;
    assert!(wrong.status.is_client_error());
    assert_eq!((wrong.status, &wrong.text), (unknown.status, &unknown.text));
    assert_eq!(wrong.header("set-cookie"), "");
}

#[tokio::test]
async fn guessing_passwords_is_limited_per_account() {
    let app = App::start().await;
    app.create_user("claire@example.org");
    let stranger = Bureau::stranger(&app);
    let mut last = 0;
    for _ in 0..12 {
        let guess = json!({ "email": "claire@example.org", "motDePasse": "une supposition" });
        last = stranger.post("/api/connexion", guess).await.status.as_u16();
    }
    assert_eq!(last, 429);
    let right = json!({ "email": "claire@example.org", "motDePasse": PASSWORD });
    let refused = stranger.post("/api/connexion", right).await;
    refused.expect(429);
    assert_ne!(refused.header("retry-after"), "");
}

#[tokio::test]
async fn a_stranger_elsewhere_does_not_lock_the_owner_out() {
    // A proxy that is believed says who asks.
    let app = App::start_with(Options { trusted_proxies: "127.0.0.0/8".into(), ..Options::default() }).await;
    app.create_user("claire@example.org");
    let attempt = async |from: &str, password: &str| {
        let body = json!({ "email": "claire@example.org", "motDePasse": password });
        let request = Bureau::stranger(&app).request(Method::POST, "/api/connexion").json(&body);
        Answer::of(request.header("X-Forwarded-For", from)).await.status.as_u16()
    };
    for _ in 0..10 {
        assert_eq!(attempt("203.0.113.9", "une supposition").await, 401);
    }
    assert_eq!(attempt("203.0.113.9", PASSWORD).await, 429);
    assert_eq!(attempt("198.51.100.7", PASSWORD).await, 204);
    // From everywhere at once it is another matter.
    for i in 0..89 {
        assert_eq!(attempt(&format!("192.0.2.{i}"), "une supposition").await, 401, "{i}");
    }
    assert_eq!(attempt("198.51.100.8", PASSWORD).await, 429);
}

#[tokio::test]
async fn another_site_cannot_write_with_the_cookie() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let body = json!({ "nom": "X", "type": "entreprise", "langue": "fr" });
    for (name, value) in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        let request = claire.request(Method::POST, "/api/clients").headers(headers).json(&body);
        Answer::of(request).await.expect(403);
    }
    assert_eq!(app.count("SELECT count(*) FROM client").await, 0);
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_the_old_one() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    app.worker_with_password(
        &["reset-password", "--email", "claire@example.org"],
        "un tout autre mot de passe",
    );
    claire.get("/api/clients").await.expect(401);
    let old = json!({ "email": "claire@example.org", "motDePasse": PASSWORD });
    Bureau::stranger(&app).post("/api/connexion", old).await.expect(401);
    let new = json!({ "email": "claire@example.org", "motDePasse": "un tout autre mot de passe" });
    assert!(claire.post("/api/connexion", new).await.status.is_success());
    claire.get("/api/clients").await.expect(200);
}
