//! The same wish twice is one job; the same key for another wish is refused.

use serde_json::json;
use tests::App;
use tests::people::id;

#[tokio::test]
async fn the_same_request_twice_at_once_has_one_effect_and_one_answer() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let body = json!({ "nom": "Vasseur", "type": "entreprise", "langue": "fr" });
    let (a, b) = tokio::join!(
        claire.post_under("k1", "/api/clients", body.clone()),
        claire.post_under("k1", "/api/clients", body.clone()),
    );
    assert_eq!(id(&a.json()), id(&b.json()));
    let later = claire.post_under("k1", "/api/clients", body).await;
    assert_eq!(id(&later.json()), id(&a.json()));
    assert_eq!(app.count("SELECT count(*) FROM client").await, 1);
}

#[tokio::test]
async fn a_used_key_with_another_body_is_refused() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let body = |nom| json!({ "nom": nom, "type": "entreprise", "langue": "fr" });
    claire.post_under("k1", "/api/clients", body("Vasseur")).await.expect(201);
    claire.post_under("k1", "/api/clients", body("Lenoir")).await.expect(422);
    claire.post_under("k2", "/api/clients", body("Lenoir")).await.expect(201);
    assert_eq!(app.count("SELECT count(*) FROM client").await, 2);
}

#[tokio::test]
async fn keys_of_two_freelancers_do_not_meet() {
    let app = App::start().await;
    let (claire, denis) =
        (app.freelance("claire@example.org").await, app.freelance("denis@example.org").await);
    let body = json!({ "nom": "Vasseur", "type": "entreprise", "langue": "fr" });
    let a = claire.post_under("k1", "/api/clients", body.clone()).await.expect(201);
    let b = denis.post_under("k1", "/api/clients", body).await.expect(201);
    assert_ne!(id(&a), id(&b));
}
