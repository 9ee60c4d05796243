//! `/mot-de-passe-oublie`.

use reqwest::Method;
use serde_json::json;
use tests::app::PASSWORD;
use tests::{Answer, App, Bureau};

use crate::serveur::Serveur;
use crate::{link, with_mail};

const NEW: &str = "un tout autre mot de passe";

async fn forget(who: &Bureau, email: &str, cle: &str) -> Answer {
    let fields = [("cle", cle), ("email", email)];
    Answer::of(who.request(Method::POST, "/mot-de-passe-oublie").form(&fields)).await
}

async fn reset(who: &Bureau, path: &str, password: &str) -> Answer {
    Answer::of(who.request(Method::POST, path).form(&[("cle", "r"), ("motDePasse", password)])).await
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_once_and_ends_all_sessions() {
    let serveur = Serveur::start().await;
    let app = with_mail(&serveur).await;
    let claire = app.freelance("claire@example.org").await;
    let stranger = Bureau::stranger(&app);
    let known = forget(&stranger, "Claire@example.org", "a").await;
    let unknown = forget(&stranger, "nobody@example.org", "b").await;
    assert_eq!((known.status, known.header("location")), (unknown.status, unknown.header("location")));
    assert_eq!(known.status, 303);
    let mail = serveur.mail("the link", |mail| mail.to == "claire@example.org").await;
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM courriel").await, 1, "nobody else is written to");
    let path = link(&mail.corps, &app.base).strip_prefix(&app.base).unwrap().to_owned();
    let made = claire
        .post("/api/utilisateur/jetons", json!({ "nom": "Sauvegarde", "motDePasseActuel": PASSWORD }))
        .await
        .expect(201);
    let script = async || {
        let read = stranger.bare(Method::GET, "/api/clients").bearer_auth(made["jeton"].as_str().unwrap());
        Answer::of(read).await.status.as_u16()
    };
    assert_eq!(script().await, 200);
    // Asking changes nothing yet, nor does looking at the link.
    claire.get("/api/clients").await.expect(200);
    assert_eq!(stranger.get(&path).await.status, 200);
    assert_eq!(reset(&stranger, &path, "court").await.status, 422);
    claire.get("/api/clients").await.expect(200);

    let done = reset(&stranger, &path, NEW).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/connexion?avis=ResetMotDePasse"));
    claire.get("/api/clients").await.expect(401);
    assert_eq!(script().await, 401, "whoever had the password may have made tokens with it");
    let sign_in = |password: &str| json!({ "email": "claire@example.org", "motDePasse": password });
    stranger.post("/api/connexion", sign_in(PASSWORD)).await.expect(401);
    stranger.post("/api/connexion", sign_in(NEW)).await.expect(204);
    assert_eq!(stranger.get(&path).await.status, 404, "the link works once");
    assert_eq!(reset(&stranger, &path, PASSWORD).await.status, 404);

    let token = path.rsplit('/').next().unwrap();
    for (place, text) in
        [("edge", app.log("edge")), ("worker", app.log("worker")), ("redis", app.dump_redis().await)]
    {
        assert!(!text.contains(token), "the token stands in {place}");
    }
}

#[tokio::test]
async fn an_old_link_and_one_that_was_replaced_open_nothing() {
    let serveur = Serveur::start().await;
    let app = with_mail(&serveur).await;
    app.create_user("claire@example.org");
    let stranger = Bureau::stranger(&app);
    let mut paths = Vec::new();
    for cle in ["a", "b"] {
        forget(&stranger, "claire@example.org", cle).await;
        let seen = paths.clone();
        let is_new = |text: &str| !seen.iter().any(|path: &String| text.contains(path));
        let mail = serveur.mail("a link", |mail| is_new(&mail.corps)).await;
        paths.push(link(&mail.corps, &app.base).strip_prefix(&app.base).unwrap().to_owned());
    }
    assert_eq!(stranger.get(&paths[0]).await.status, 404, "replaced");
    assert_eq!(stranger.get(&paths[1]).await.status, 200);
    // An hour later.
    sqlx::query("UPDATE utilisateur SET oubli_expiration = oubli_expiration - interval '1 hour'")
        .execute(&app.db)
        .await
        .unwrap();
    assert_eq!(stranger.get(&paths[1]).await.status, 404);
    assert_eq!(reset(&stranger, &paths[1], NEW).await.status, 404);
    Bureau::sign_in(&app, "claire@example.org").await.get("/api/clients").await.expect(200);
    // And nobody floods a mailbox.
    forget(&stranger, "claire@example.org", "c").await;
    assert_eq!(forget(&stranger, "claire@example.org", "d").await.status, 429);
}

#[tokio::test]
async fn without_a_mail_server_the_page_names_the_command() {
    let app = App::start().await;
    let stranger = Bureau::stranger(&app);
    assert!(stranger.get("/mot-de-passe-oublie").await.text.contains("worker reset-password"));
    assert_eq!(forget(&stranger, "claire@example.org", "a").await.status, 409);
    assert_eq!(app.count("SELECT count(*) FROM job_resultat").await, 0);
}
