//! `/api/utilisateur/jetons`, and what a script may do with a token.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::app::PASSWORD;
use tests::people::id;
use tests::routes::{Route, WEBHOOK, routes};
use tests::{Answer, App, Bureau, Options};
use uuid::Uuid;

const JETONS: &str = "/api/utilisateur/jetons";

/// Makes a token: itself and its row's id.
async fn make(who: &Bureau, nom: &str) -> (String, Uuid) {
    let made = who.post(JETONS, json!({ "nom": nom })).await.expect(201);
    assert_eq!((&made["nom"], &made["pret"]), (&json!(nom), &json!(true)));
    (made["jeton"].as_str().unwrap().to_owned(), id(&list(who).await[0]))
}

async fn list(who: &Bureau) -> Vec<Value> {
    who.get(JETONS).await.expect(200).as_array().unwrap().clone()
}

/// A script's request: no cookie, no origin.
fn script(app: &App, method: Method, path: &str, jeton: &str) -> RequestBuilder {
    Bureau::stranger(app).bare(method, path).bearer_auth(jeton)
}

async fn get(app: &App, path: &str, jeton: &str) -> Answer {
    Answer::of(script(app, Method::GET, path, jeton)).await
}

async fn write(app: &App, method: Method, path: &str, jeton: &str, body: Value) -> Answer {
    Answer::of(script(app, method, path, jeton).header("Prefer", "wait=30").json(&body)).await
}

#[tokio::test]
async fn a_script_reads_and_writes_what_is_its_owners_and_nothing_else() {
    let app = App::start().await;
    let (claire, denis) =
        (app.freelance("claire@example.org").await, app.freelance("denis@example.org").await);
    let (jeton, row) = make(&claire, "Sauvegarde").await;
    assert!(jeton.strip_prefix("guichet_").unwrap().len() == 64, "{jeton}");
    let foreign = denis.add_client("Vasseur").await;

    let client = json!({ "nom": "Roux", "type": "entreprise" });
    let client = id(&write(&app, Method::POST, "/api/clients", &jeton, client).await.expect(201));
    assert_eq!(id(&claire.get(&format!("/api/clients/{client}")).await.expect(200)), client);
    assert_eq!(get(&app, "/api/utilisateur", &jeton).await.expect(200)["email"], "claire@example.org");
    get(&app, &format!("/api/clients/{foreign}"), &jeton).await.expect(404);
    let change = json!({ "nom": "À moi" });
    write(&app, Method::PATCH, &format!("/api/clients/{foreign}"), &jeton, change).await.expect(404);
    assert!(!get(&app, "/api/clients", &jeton).await.text.contains(&foreign.to_string()));
    // Whoever else is signed in in this browser has nothing to do with it, nor has another site anything to borrow.
    let beside = denis.bare(Method::GET, "/api/utilisateur").bearer_auth(&jeton);
    assert_eq!(Answer::of(beside).await.expect(200)["email"], "claire@example.org");
    let foreign_site = denis.bare(Method::POST, "/api/clients").header("Origin", "https://evil.example");
    Answer::of(foreign_site.json(&json!({}))).await.expect(403);

    denis.delete(&format!("{JETONS}/{row}")).await.expect(404);
    get(&app, "/api/clients", &jeton).await.expect(200);
    claire.delete(&format!("{JETONS}/{row}")).await.expect(200);
    get(&app, "/api/clients", &jeton).await.expect(401);
    assert_eq!(list(&claire).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_token_makes_no_other_way_in_and_opens_no_page() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (jeton, row) = make(&claire, "Sauvegarde").await;
    let refused = |route: &Route| {
        ["/api/connexion", "/api/deconnexion", "/api/utilisateur/mot-de-passe", "/api/sessions", JETONS]
            .iter()
            .any(|path| route.path.starts_with(path))
    };
    let mut seen = 0;
    for route in routes().iter().filter(|route| route.path != WEBHOOK) {
        let path = route.path.replace("{id}", &row.to_string()).replace("{evt}", "evt_1");
        let method = route.method.clone();
        if refused(route) {
            let answer = Answer::of(script(&app, method, &path, &jeton).json(&json!({}))).await;
            assert_eq!(answer.status, 403, "{} {path}", route.method);
            assert_eq!(answer.json()["code"], "jeton-refuse", "{path}");
            seen += 1;
        } else if path.starts_with("/api/") && !route.is_public() {
            let answer = Answer::of(script(&app, method, &path, &jeton).json(&json!({ "x": 1 }))).await;
            assert!(![401, 403].contains(&answer.status.as_u16()), "{} {path}", route.method);
        } else if !route.is_public() {
            let answer = Answer::of(script(&app, method, &path, &jeton).form(&[("cle", "k")])).await;
            assert_eq!(answer.status, 303, "{} {path}", route.method);
            assert!(answer.header("location").starts_with("/connexion"), "{path}");
        }
    }
    assert!(seen >= 9, "{seen}");
    assert_eq!(list(&claire).await.len(), 1);
    assert_eq!(claire.get("/api/sessions").await.expect(200).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_token_is_told_and_counted_and_shuts_nobody_out() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (jeton, _) = make(&claire, "Sauvegarde").await;
    let never = format!("guichet_{}", "0".repeat(64));
    for wrong in [never.as_str(), "guichet_", "x", &jeton["guichet_".len()..]] {
        let answer = get(&app, "/api/clients", wrong).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, "Bearer"), "{wrong}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["code"], "jeton-invalide");
    }
    // The cookie beside a wrong token is not looked at.
    Answer::of(claire.bare(Method::GET, "/api/clients").bearer_auth(&never)).await.expect(401);
    // Another scheme is a proxy's own affair.
    let basic = claire.bare(Method::GET, "/api/clients").basic_auth("proxy", Some("x"));
    Answer::of(basic).await.expect(200);
    for _ in 5..30 {
        get(&app, "/api/clients", &never).await.expect(401);
    }
    get(&app, "/api/clients", &never).await.expect(429);
    get(&app, "/api/clients", &jeton).await.expect(200);
}

#[tokio::test]
async fn names_and_numbers_are_checked_and_a_token_is_shown_once() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    for (body, champ) in [
        (json!({}), "nom"),
        (json!({ "nom": " " }), "nom"),
        (json!({ "nom": "x".repeat(81) }), "nom"),
        (json!({ "nom": "x", "jeton": "y" }), "jeton"),
    ] {
        let refused = claire.post(JETONS, body).await;
        assert_eq!((refused.status.as_u16(), refused.champs()), (422, vec![champ.to_owned()]));
    }
    let nom = json!({ "nom": "x".repeat(80) });
    claire.post_under("k", JETONS, nom.clone()).await.expect(201);
    let again = claire.post_under("k", JETONS, nom).await;
    assert_eq!(again.expect(409)["code"], "jeton-deja-montre");
    assert_eq!(list(&claire).await.len(), 1);
    for _ in 1..20 {
        make(&claire, "un de plus").await;
    }
    let refused = claire.post(JETONS, json!({ "nom": "trop" })).await.expect(409);
    assert_eq!(refused["code"], "jetons-trop-nombreux");
    assert!(refused["title"].as_str().unwrap().contains("20"), "{refused}");
    assert_eq!(list(&claire).await.len(), 20);
}

#[tokio::test]
async fn a_new_password_by_reset_ends_tokens_a_change_of_it_does_not() {
    let app = App::start().await;
    let (claire, denis) =
        (app.freelance("claire@example.org").await, app.freelance("denis@example.org").await);
    let (jeton, _) = make(&claire, "Sauvegarde").await;
    let (other, _) = make(&denis, "Sauvegarde").await;
    let change = json!({ "motDePasseActuel": PASSWORD, "motDePasse": "un tout autre mot de passe" });
    claire.post("/api/utilisateur/mot-de-passe", change).await.expect(204);
    claire.delete("/api/sessions").await.expect(204);
    get(&app, "/api/clients", &jeton).await.expect(200);
    app.worker_with_password(&["reset-password", "--email", "claire@example.org"], PASSWORD);
    get(&app, "/api/clients", &jeton).await.expect(401);
    get(&app, "/api/clients", &other).await.expect(200);
}

#[tokio::test]
async fn the_plain_token_stands_nowhere() {
    let app = App::start_with(Options {
        env: vec![("RUST_LOG", "debug,sqlx=trace,hyper=info".into())],
        ..Options::default()
    })
    .await;
    let claire = app.freelance("claire@example.org").await;
    let form = [("cle", "k"), ("nom", "Par la page")];
    let page = Answer::of(claire.request(Method::POST, "/reglages/jetons").form(&form)).await;
    let page = page.text.split("guichet_").nth(1).unwrap()[..64].to_owned();
    let (jeton, _) = make(&claire, "Par l’API").await;
    get(&app, "/api/clients", &jeton).await.expect(200);
    let write = json!({ "nom": "Roux", "type": "entreprise" });
    Answer::of(script(&app, Method::POST, "/api/clients", &jeton).json(&write)).await.expect(202);
    app.until_empty().await;
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&app.db)
            .await
            .unwrap();
    let mut kept = format!("{} {} {}", app.dump_redis().await, app.log("edge"), app.log("worker"));
    for table in tables {
        let sql = format!("SELECT coalesce(string_agg(t::text, '|'), '') FROM {table} t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.db).await.unwrap();
        kept.push_str(&rows);
    }
    assert!(kept.contains("Par la page"), "it was looked for where its name stands");
    for canary in [page.as_str(), jeton.strip_prefix("guichet_").unwrap()] {
        assert!(!kept.contains(canary) && !kept.contains(&hex::encode(canary)));
        assert!(!claire.get("/reglages").await.text.contains(canary));
        assert!(!claire.get(JETONS).await.text.contains(canary));
    }
}

#[tokio::test]
async fn without_redis_a_token_reads_and_says_so_of_writes() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (jeton, _) = make(&claire, "Sauvegarde").await;
    app.until_empty().await;
    app.redis.stop().unwrap();
    get(&app, "/api/clients", &jeton).await.expect(200);
    let never = format!("guichet_{}", "0".repeat(64));
    get(&app, "/api/clients", &never).await.expect(401);
    let client = json!({ "nom": "Roux", "type": "entreprise" });
    let refused = write(&app, Method::POST, "/api/clients", &jeton, client).await;
    assert_eq!(refused.expect(503)["code"], "indisponible");
}
