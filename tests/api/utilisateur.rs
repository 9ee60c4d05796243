//! `/api/utilisateur`, `/api/sessions`.

use reqwest::Method;
use serde_json::{Value, json};
use tests::app::PASSWORD;
use tests::{Answer, App, Bureau};

const NEW: &str = "un tout autre mot de passe";

#[tokio::test]
async fn name_language_and_zone_are_changed_and_checked() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let change = json!({ "nom": "Claire M.", "langue": "en", "fuseau": "America/New_York" });
    let changed = claire.patch("/api/utilisateur", change).await.expect(200);
    assert_eq!((&changed["nom"], &changed["fuseau"]), (&json!("Claire M."), &json!("America/New_York")));
    assert_eq!(claire.get("/api/utilisateur").await.expect(200), changed);
    assert!(claire.get("/reglages").await.text.contains(r#"<html lang="en">"#));
    assert_eq!(denis.get("/api/utilisateur").await.expect(200)["nom"], "Claire Morel");
    for (body, champ) in [
        (json!({ "fuseau": "Europe/Paname" }), "fuseau"),
        (json!({ "fuseau": "" }), "fuseau"),
        (json!({ "langue": "de" }), "langue"),
        (json!({ "nom": " " }), "nom"),
        (json!({ "motDePasseHash": "x" }), "motDePasseHash"),
    ] {
        let refused = claire.patch("/api/utilisateur", body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.champs()),
            (422, vec![champ.to_owned()]),
            "{}",
            refused.text
        );
    }
    let text = claire.get("/api/utilisateur").await.text;
    assert!(!text.contains("argon2"), "{text}");
}

#[tokio::test]
async fn a_new_password_asks_for_the_old_one_and_ends_the_other_sessions() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let elsewhere = Bureau::sign_in(&app, "claire@example.org").await;
    let path = "/api/utilisateur/mot-de-passe";
    let change = |current: &str, new: &str| json!({ "motDePasseActuel": current, "motDePasse": new });
    assert_eq!(claire.post(path, change("faux", NEW)).await.champs(), ["motDePasseActuel"]);
    for weak in ["court", "aaaaaaaaaaaa", "121212121212"] {
        assert_eq!(claire.post(path, change(PASSWORD, weak)).await.champs(), ["motDePasse"], "{weak}");
    }
    elsewhere.get("/api/clients").await.expect(200);

    claire.post(path, change(PASSWORD, NEW)).await.expect(204);
    claire.get("/api/clients").await.expect(200);
    elsewhere.get("/api/clients").await.expect(401);
    let sign_in = |password: &str| json!({ "email": "claire@example.org", "motDePasse": password });
    elsewhere.post("/api/connexion", sign_in(PASSWORD)).await.expect(401);
    elsewhere.post("/api/connexion", sign_in(NEW)).await.expect(204);
    assert!(!app.dump_redis().await.contains(NEW));
}

#[tokio::test]
async fn sessions_are_listed_and_killed_one_by_one_and_all_others() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let (phone, laptop) = (
        Bureau::sign_in(&app, "claire@example.org").await,
        Bureau::sign_in(&app, "claire@example.org").await,
    );
    let list = async |who: &Bureau| who.get("/api/sessions").await.expect(200).as_array().unwrap().clone();
    let own = |sessions: &[Value]| {
        sessions.iter().find(|session| session["actuelle"] == true).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(list(&claire).await.len(), 3);
    // Their index ends too, some day after the last of them.
    let mut redis = app.redis_connection().await;
    let indexes: Vec<String> =
        redis::cmd("KEYS").arg("guichet:sessions:*").query_async(&mut redis).await.unwrap();
    assert_eq!(indexes.len(), 2);
    for index in indexes {
        let seconds: i64 = redis::cmd("TTL").arg(&index).query_async(&mut redis).await.unwrap();
        assert!(seconds > 400 * 24 * 3600, "{index}: {seconds}");
    }
    assert_eq!(list(&denis).await.len(), 1);
    let phones = own(&list(&phone).await);
    // Nobody kills another's.
    denis.delete(&format!("/api/sessions/{phones}")).await.expect(404);
    phone.get("/api/clients").await.expect(200);
    claire.delete(&format!("/api/sessions/{phones}")).await.expect(204);
    phone.get("/api/clients").await.expect(401);
    claire.delete(&format!("/api/sessions/{phones}")).await.expect(404);
    laptop.get("/api/clients").await.expect(200);

    // The page's button: all the others.
    let request = claire.request(Method::POST, "/reglages/sessions/fermer").form(&[("cle", "k")]);
    assert_eq!(Answer::of(request).await.status, 303);
    laptop.get("/api/clients").await.expect(401);
    assert_eq!(list(&claire).await.len(), 1);
    denis.get("/api/clients").await.expect(200);
    // What stands in the list opens nothing.
    let forged = format!("guichet_session={}", own(&list(&claire).await));
    let stranger = Bureau::stranger(&app).request(Method::GET, "/api/clients").header("Cookie", forged);
    Answer::of(stranger).await.expect(401);
}
