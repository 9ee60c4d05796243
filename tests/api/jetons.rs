//! `/api/utilisateur/jetons`, and what a script may do with a token.

use common::job::JobId;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::app::PASSWORD;
use tests::openapi::operations;
use tests::people::id;
use tests::routes::{Route, WEBHOOK, routes};
use tests::{Answer, App, Bureau, Options, until};
use uuid::Uuid;

const JETONS: &str = "/api/utilisateur/jetons";

/// Makes a token: itself and its row's id.
async fn make(who: &Bureau, nom: &str) -> (String, Uuid) {
    let made = who.post(JETONS, asked(nom)).await.expect(201);
    assert_eq!((&made["nom"], id(&made)), (&json!(nom), id(&list(who).await[0])));
    (made["jeton"].as_str().unwrap().to_owned(), id(&made))
}

/// What a new token is asked for with.
fn asked(nom: &str) -> Value {
    json!({ "nom": nom, "motDePasseActuel": PASSWORD })
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
    // What the API's document says: whatever names the session alone. Signing in and out needs nothing at all.
    let document = operations();
    let refused = |route: &Route| {
        let described = document.iter().find(|it| it.method == route.method && it.path == route.path);
        described.is_some_and(|it| it.described["security"] == json!([{ "session": [] }]))
            || ["/api/connexion", "/api/deconnexion"].contains(&route.path.as_str())
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
    // The cookie beside a wrong token is not looked at, nor beside an empty one.
    Answer::of(claire.bare(Method::GET, "/api/clients").bearer_auth(&never)).await.expect(401);
    for empty in ["Bearer", "Bearer "] {
        let bare = claire.bare(Method::GET, "/api/clients").header("Authorization", empty);
        assert_eq!(Answer::of(bare).await.expect(401)["code"], "jeton-invalide");
    }
    // Another scheme is a proxy's own affair.
    let basic = claire.bare(Method::GET, "/api/clients").basic_auth("proxy", Some("x"));
    Answer::of(basic).await.expect(200);
    for _ in 7..20 {
        get(&app, "/api/clients", &never).await.expect(401);
    }
    // Who may bring a file is asked before it is read: that counts for nothing.
    for _ in 20..30 {
        write(&app, Method::PUT, "/api/utilisateur/logo", &never, json!({})).await.expect(401);
    }
    get(&app, "/api/clients", &never).await.expect(429);
    get(&app, "/api/clients", &jeton).await.expect(200);
}

#[tokio::test]
async fn names_and_numbers_are_checked_and_a_token_is_shown_once() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    for (body, champ) in [
        (json!({ "motDePasseActuel": PASSWORD }), "nom"),
        (asked(" "), "nom"),
        (asked(&"x".repeat(81)), "nom"),
        (json!({ "nom": "x" }), "motDePasseActuel"),
        (json!({ "nom": "x", "motDePasseActuel": "un autre mot de passe" }), "motDePasseActuel"),
        (json!({ "nom": "x", "motDePasseActuel": PASSWORD, "jeton": "y" }), "jeton"),
    ] {
        let refused = claire.post(JETONS, body).await;
        assert_eq!((refused.status.as_u16(), refused.champs()), (422, vec![champ.to_owned()]));
    }
    let nom = asked(&"x".repeat(80));
    claire.post_under("k", JETONS, nom.clone()).await.expect(201);
    let again = claire.post_under("k", JETONS, nom).await;
    assert_eq!(again.expect(409)["code"], "jeton-deja-montre");
    assert_eq!(list(&claire).await.len(), 1);
    for _ in 1..20 {
        make(&claire, "un de plus").await;
    }
    // Sent again it is refused as it was: its token was never shown.
    for _ in 0..2 {
        let refused = claire.post_under("trop", JETONS, asked("trop")).await.expect(409);
        assert_eq!(refused["code"], "jetons-trop-nombreux");
        assert!(refused["title"].as_str().unwrap().contains("20"), "{refused}");
    }
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
async fn who_does_not_wait_is_told_where_the_token_s_job_stands() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let sent = Answer::of(claire.request(Method::POST, JETONS).json(&asked("Export"))).await;
    let accepted = sent.expect(202);
    assert_eq!(sent.header("location"), format!("/api/jobs/{}", accepted["jobId"].as_str().unwrap()));
    app.until_empty().await;
    let job = claire.get(sent.header("location")).await.expect(200);
    assert_eq!((&job["statut"], &job["resultat"]["nom"]), (&json!("termine"), &json!("Export")));
    get(&app, "/api/clients", accepted["jeton"].as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn a_token_asked_for_with_a_password_that_was_replaced_never_opens() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    app.until_empty().await;
    app.kill_workers();
    let sent = Answer::of(claire.request(Method::POST, JETONS).json(&asked("Voleur"))).await.expect(202);
    app.worker_with_password(
        &["reset-password", "--email", "claire@example.org"],
        "un tout autre mot de passe",
    );
    app.start_worker();
    app.until_empty().await;
    let id = JobId(sent["jobId"].as_str().unwrap().parse().unwrap());
    let (statut, erreur) = app.end_of(id).await;
    assert_eq!((statut.as_str(), &erreur["code"]), ("rejete", &json!("mot-de-passe-remplace")));
    get(&app, "/api/clients", sent["jeton"].as_str().unwrap()).await.expect(401);
}

#[tokio::test]
async fn who_waits_is_told_nothing_once_the_token_is_revoked() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (jeton, row) = make(&claire, "Sauvegarde").await;
    app.until_empty().await;
    app.kill_workers();
    let client = json!({ "nom": "Roux", "type": "entreprise" });
    let waiting = write(&app, Method::POST, "/api/clients", &jeton, client);
    let revoked = async {
        until("the job is queued", async || {
            let queues = claire.get("/api/operations").await.expect(200)["files"]["queues"].clone();
            queues.as_array().unwrap().iter().any(|queue| queue["enAttente"] == 1).then_some(())
        })
        .await;
        sqlx::query("DELETE FROM jeton_api WHERE id = $1").bind(row).execute(&app.db).await.unwrap();
        app.worker_process(&[])
    };
    let (answer, _worker) = tokio::join!(waiting, revoked);
    assert_eq!(answer.expect(401)["code"], "jeton-invalide");
    // The job itself was asked for while it opened.
    app.until_count("SELECT count(*) FROM client", 1).await;
}

#[tokio::test]
async fn the_plain_token_stands_nowhere() {
    let app = App::start_with(Options {
        env: vec![("RUST_LOG", "debug,sqlx=trace,hyper=info".into())],
        ..Options::default()
    })
    .await;
    let claire = app.freelance("claire@example.org").await;
    let form = [("cle", "k"), ("nom", "Par la page"), ("motDePasseActuel", PASSWORD)];
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
