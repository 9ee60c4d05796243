//! `/api/clients/{id}/effacement`: a client is forgotten, and their money stays.

use common::job::{Actor, Envelope, JobId};
use common::jobs::{
    CreateOpportunite, CreateTicket, ProcessStripeWebhook, RecordEmail, RecordNote, UpdateClient,
    UpdateOpportunite,
};
use reqwest::Method;
use sandbox::simulateur::Moyen;
use serde_json::{Value, json};
use tests::people::{Portail, id};
use tests::{Answer, App, Bureau, Options, until};
use uuid::Uuid;

/// What only this client's data hold.
const PERSONAL: &str = "zzperso";

/// Every row of every table that holds something personal.
async fn personal(app: &App) -> Vec<String> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            .fetch_all(&app.db)
            .await
            .unwrap();
    assert!(tables.len() > 12, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let sql = format!("SELECT '{table} ' || t::text FROM {table} t WHERE t::text ILIKE '%{PERSONAL}%'");
        let rows: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&app.db).await.unwrap();
        found.extend(rows);
    }
    found
}

async fn add_vasseur(claire: &Bureau) -> Uuid {
    let card =
        json!({ "nom": "ZZPERSOVasseur", "type": "particulier", "email": "zzpersohelene@vasseur.example" });
    id(&claire.post("/api/clients", card).await.expect(201))
}

/// A won deal of this client's, with an open session: the deal and the session.
async fn asked(claire: &Bureau, client: Uuid, titre: &str) -> (Uuid, String) {
    let deal = claire.add_won_deal(client, titre, "1200.50").await;
    claire.pay_link(deal).await;
    (deal, claire.session_id(deal).await)
}

/// A mail, a note, and a ticket with an answer; the client's portal.
async fn exchange(claire: &Bureau, client: Uuid) -> Portail {
    let path = format!("/api/clients/{client}");
    let mail = json!({ "expediteur": "zzpersomail", "sujet": "zzpersomail", "corps": "zzpersomail" });
    claire.post(&format!("{path}/emails"), mail).await.expect(201);
    claire.post(&format!("{path}/notes"), json!({ "texte": "zzpersonote" })).await.expect(201);
    let portail = claire.open_portail(client).await;
    let ticket = json!({ "sujet": "zzpersoticket", "description": "zzpersoticket" });
    let ticket = id(&portail.post("/tickets", ticket).await.expect(201));
    claire
        .post(&format!("/api/tickets/{ticket}/messages"), json!({ "corps": "zzpersoreponse" }))
        .await
        .expect(201);
    portail
}

#[tokio::test]
async fn a_client_who_asks_is_forgotten_and_the_money_stays() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let client = add_vasseur(&claire).await;
    let paid = claire.add_paid_deal(&app, client, "zzpersotitre-paye", "1200.50").await;
    let (free, open) = asked(&claire, client, "zzpersotitre-libre").await;
    let link = |deal: Value| deal["lienPaiement"].as_str().unwrap().to_owned();
    let links = [link(claire.deal(free).await), link(claire.deal(paid).await)];
    let path = format!("/api/clients/{client}");
    let portail = exchange(&claire, client).await;
    app.until_empty().await;
    // A mail that still waits, one that the mail server did not take, and a job that was given up.
    sqlx::query(
        "INSERT INTO courriel (id, utilisateur_id, client_id, type, reference_id, statut, erreur, prochain_essai, date_creation)
         SELECT gen_random_uuid(), utilisateur_id, id, 'lien_paiement', $1, s, 'no such zzpersouser', 'infinity', now()
           FROM client, unnest(ARRAY['en_attente', 'echoue']) AS s",
    )
    .bind(free)
    .execute(&app.db)
    .await
    .unwrap();
    park(&app, "RecordNote", &format!("{{\"clientId\":\"{client}\",\"texte\":\"zzpersolegarde\"}}")).await;

    let before = personal(&app).await;
    for table in [
        "client",
        "opportunite",
        "evenement_timeline",
        "evenement_stripe",
        "recu",
        "session_paiement",
        "ticket",
        "message_ticket",
        "courriel",
        "job_resultat",
    ] {
        assert!(
            before.iter().any(|row| row.starts_with(&format!("{table} "))),
            "nothing of theirs in {table}"
        );
    }
    let ledger = claire.get("/paiements.csv").await.text;
    let refused = claire.delete(&path).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains(&format!("/clients/{client}/effacer")), "{refused}");
    denis.post(&format!("{path}/effacement"), json!({})).await.expect(404);

    let erased = claire.post(&format!("{path}/effacement"), json!({})).await.expect(200);
    assert_ne!(erased["dateEffacement"], Value::Null);
    app.until_empty().await;
    assert_eq!(personal(&app).await, Vec::<String>::new());
    let redis = app.dump_redis().await.to_lowercase();
    assert!(!redis.contains("zzperso"), "{redis}");

    // The ledger and its deal stay under a pseudonym; the deal that is not paid is gone, its session closed.
    let after = claire.get("/paiements.csv").await.text;
    let money = |csv: &str| csv.lines().nth(1).unwrap().split(',').skip(3).collect::<Vec<_>>().join(",");
    assert_eq!(money(&after), money(&ledger));
    assert!(after.contains(&format!("/opportunites/{paid}")), "{after}");
    let deal = claire.deal(paid).await;
    assert_eq!((&deal["statutPaiement"], &deal["montantRecu"]), (&json!("paye"), &json!("1200.50")));
    assert_eq!(deal["lienPaiement"], Value::Null);
    claire.get(&format!("/api/opportunites/{free}")).await.expect(404);
    assert_eq!(app.simulateur.session(&open).unwrap().statut, "expired");
    let recus = claire.get(&format!("/api/opportunites/{paid}/recus")).await.expect(200);
    assert_eq!((&recus[0]["numero"], &recus[0]["montant"]), (&json!(1), &json!("1200.50")));
    assert_eq!(recus[0]["clientNom"], erased["nom"]);
    let nothing = "SELECT count(*) FROM courriel WHERE client_id IS NOT NULL";
    assert_eq!(app.count(nothing).await, 0);

    // Every link is dead, with the same words as one that never was.
    portail.get("").await.expect(404);
    let text = async |url: &str| {
        let answer = Answer::of(reqwest::Client::new().get(url)).await;
        assert_eq!(answer.status, 404, "{url}");
        answer.text
    };
    let never = format!("{}/payer/{}", app.base, "0".repeat(64));
    for link in &links {
        assert_eq!(text(link).await, text(&never).await);
    }

    let nom = erased["nom"].as_str().unwrap();
    nobody_lists_or_changes_them(&claire, client, paid, nom).await;
    // Twice is once.
    let again = claire.post(&format!("{path}/effacement"), json!({})).await.expect(200);
    assert_eq!(again["dateEffacement"], erased["dateEffacement"]);
}

/// Nobody lists a client who was forgotten, and the card is only read.
async fn nobody_lists_or_changes_them(claire: &Bureau, client: Uuid, paid: Uuid, nom: &str) {
    let path = format!("/api/clients/{client}");
    for list in [
        "/api/clients",
        "/api/opportunites",
        "/clients.csv",
        "/opportunites.csv",
        "/opportunites",
        "/clients",
        &format!("/api/recherche?q={nom}"),
        "/opportunites?nouveau=1",
    ] {
        let answer = claire.get(list).await;
        assert!(answer.status == 200 && !answer.text.contains(nom), "{list}: {}", answer.text);
    }
    for (method, path, body) in [
        (Method::PATCH, path.clone(), json!({ "nom": "encore" })),
        (Method::POST, format!("{path}/notes"), json!({ "texte": "encore" })),
        (Method::POST, format!("{path}/emails"), json!({ "expediteur": "e", "sujet": "e", "corps": "e" })),
        (Method::POST, format!("{path}/portail"), json!({})),
        (Method::POST, "/api/opportunites".into(), json!({ "clientId": client, "titre": "encore" })),
        (
            Method::POST,
            "/api/tickets".into(),
            json!({ "clientId": client, "sujet": "e", "description": "e" }),
        ),
        (Method::PATCH, format!("/api/opportunites/{paid}"), json!({ "titre": "encore" })),
        (Method::DELETE, path.clone(), json!({})),
    ] {
        assert_eq!(claire.write(method.clone(), &path, body).await.status, 404, "{method} {path}");
    }
    let page = claire.get(&format!("/clients/{client}")).await;
    assert!(page.status == 200 && page.text.contains("Données personnelles effacées"), "{}", page.text);
    assert_eq!(claire.get(&format!("/opportunites/{paid}")).await.status, 200);
}

#[tokio::test]
async fn what_stripe_tells_afterwards_counts_and_names_nobody() {
    let app = App::start_with(Options { reconcile_every: 1, ..Options::default() }).await;
    let claire = app.freelance("claire@example.org").await;
    let client = add_vasseur(&claire).await;
    let paid = claire.add_paid_deal(&app, client, "zzpersocarte", "1200.50").await;
    let (debit, debited) = asked(&claire, client, "zzpersodebit").await;
    app.simulateur.pay(&debited, Moyen::Sepa).await.unwrap();
    app.until_count("SELECT count(*) FROM paiement", 2).await;
    app.until_empty().await;
    claire.post(&format!("/api/clients/{client}/effacement"), json!({})).await.expect(200);

    // A debit comes through late, money is given back here, and a bank contests: each by webhook or by our own look.
    app.simulateur.settle_debit(&debited, Some(true)).unwrap();
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'", 2).await;
    let refund = format!("/api/opportunites/{paid}/remboursements");
    claire.post(&refund, json!({ "montant": "100" })).await.expect(201);
    let intent: String = sqlx::query_scalar(
        "SELECT stripe_payment_intent FROM paiement WHERE opportunite_id = $1 AND type = 'recu'",
    )
    .bind(debit)
    .fetch_one(&app.db)
    .await
    .unwrap();
    let dispute = json!({
        "id": "dp_1", "amount": 120_050, "currency": "eur", "payment_intent": intent, "status": "needs_response",
        "evidence": { "customer_name": "ZZPERSOVasseur", "customer_email_address": "zzpersohelene@vasseur.example" },
    });
    let _ = app.simulateur.make_event("charge.dispute.created", dispute);
    // A session of a deal that is gone names its client too.
    let gone = json!({
        "id": "cs_gone", "object": "checkout.session", "status": "expired", "payment_status": "unpaid", "amount_total": 5,
        "currency": "eur", "livemode": false, "metadata": { "clientId": client, "opportuniteId": Uuid::from_u128(7) },
        "customer_details": { "name": "ZZPERSOVasseur" },
    });
    let _ = app.simulateur.make_event("checkout.session.expired", gone);
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'conteste'", 1).await;
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'rembourse_partiel'", 1).await;
    app.until_count("SELECT count(*) FROM evenement_stripe WHERE corps LIKE '%cs_gone%'", 1).await;
    let looks = async || app.count("SELECT count(*) FROM reconciliation WHERE fenetre = 'heure'").await;
    let seen = looks().await;
    until("two more looks", || async { (looks().await >= seen + 2).then_some(()) }).await;
    app.until_empty().await;
    assert_eq!(personal(&app).await, Vec::<String>::new());

    // The freelancer sees it, and what stands of each event is enough to replay it.
    let page = claire.get(&format!("/opportunites/{debit}")).await;
    assert!(page.text.contains("Contesté"), "{}", page.text);
    assert!(claire.get("/").await.text.contains(&format!("/opportunites/{debit}")));
    let lines = "SELECT count(*) FROM paiement";
    let before = app.count(lines).await;
    let sum = "SELECT sum(mouvement_minor)::bigint FROM paiement";
    let kept = app.count(sum).await;
    // One is refunded in part, of the other a bank holds all.
    assert_eq!(kept, 120_050 - 10_000);
    for deal in [paid, debit] {
        let told = claire.get(&format!("/api/opportunites/{deal}/evenements-stripe")).await.expect(200);
        assert!(told.as_array().unwrap().len() > 1, "{told}");
        for event in told.as_array().unwrap() {
            let event = event["stripeEventId"].as_str().unwrap();
            let path = format!("/api/opportunites/{deal}/evenements-stripe/{event}/rejeu");
            claire.post(&path, json!({})).await.expect(200);
        }
    }
    assert_eq!((app.count(lines).await, app.count(sum).await), (before, kept));
    let statuts =
        "SELECT count(*) FROM opportunite WHERE statut_paiement IN ('conteste', 'rembourse_partiel')";
    assert_eq!(app.count(statuts).await, 2);
}

#[tokio::test]
async fn a_reduced_event_puts_its_money_back_into_a_ledger_that_lost_it() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = add_vasseur(&claire).await;
    let paid = claire.add_paid_deal(&app, client, "zzpersocarte", "1200.50").await;
    claire.post(&format!("/api/clients/{client}/effacement"), json!({})).await.expect(200);
    app.until_empty().await;
    sqlx::query("WITH r AS (DELETE FROM recu) DELETE FROM paiement").execute(&app.db).await.unwrap();
    let told = claire.get(&format!("/api/opportunites/{paid}/evenements-stripe")).await.expect(200);
    for event in told.as_array().unwrap() {
        let event = event["stripeEventId"].as_str().unwrap();
        let path = format!("/api/opportunites/{paid}/evenements-stripe/{event}/rejeu");
        claire.post(&path, json!({})).await.expect(200);
    }
    let deal = claire.deal(paid).await;
    assert_eq!((&deal["statutPaiement"], &deal["montantRecu"]), (&json!("paye"), &json!("1200.50")));
    assert_eq!(app.count("SELECT count(*) FROM paiement WHERE conforme").await, 1);
}

/// A job of this actor's, wrapped as the edge does.
fn job<J: common::job::Job + serde::de::DeserializeOwned>(
    app: &App,
    actor: Actor,
    payload: Value,
) -> Envelope {
    let job: J = serde_json::from_value(payload).unwrap();
    app.envelope(JobId::of::<J>(&actor, "late"), actor, &job)
}

#[tokio::test]
async fn jobs_that_waited_find_nobody_to_write_about() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client_id = add_vasseur(&claire).await;
    let opportunite_id = claire.add_paid_deal(&app, client_id, "zzpersocarte", "1200.50").await;
    app.until_empty().await;
    claire.post(&format!("/api/clients/{client_id}/effacement"), json!({})).await.expect(200);
    let me: Uuid = sqlx::query_scalar("SELECT id FROM utilisateur").fetch_one(&app.db).await.unwrap();
    let (me, they) = (Actor::Utilisateur(me), Actor::Client(client_id));

    let late = [
        job::<RecordEmail>(
            &app,
            me,
            json!({ "client_id": client_id, "expediteur": "zzperso", "sujet": "zzperso", "corps": "zzperso",
            "date_evenement": null, "pieces_jointes": [], "coupe": false, "message_id": null }),
        ),
        job::<RecordNote>(&app, me, json!({ "client_id": client_id, "texte": "zzperso" })),
        job::<UpdateClient>(&app, me, json!({ "client_id": client_id, "nom": "zzperso" })),
        job::<CreateOpportunite>(
            &app,
            me,
            json!({ "client_id": client_id, "titre": "zzperso", "montant_estime": null,
            "devise": "EUR", "echeance": null, "etape_pipeline": "prospect" }),
        ),
        job::<UpdateOpportunite>(&app, me, json!({ "opportunite_id": opportunite_id, "titre": "zzperso" })),
        job::<CreateTicket>(
            &app,
            they,
            json!({ "client_id": client_id, "sujet": "zzperso", "description": "zzperso", "type_ticket": "question" }),
        ),
    ];
    for envelope in late {
        app.push(&envelope).await;
        let (statut, why) = app.end_of(envelope.id).await;
        assert_eq!(
            (statut.as_str(), &why["code"]),
            ("rejete", &json!("introuvable")),
            "{} {why}",
            envelope.kind
        );
    }
    app.until_empty().await;
    assert_eq!(personal(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_worker_that_dies_between_stripe_and_the_erasure_ends_it_later() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = add_vasseur(&claire).await;
    let (_, first) = asked(&claire, client, "zzpersoune").await;
    let (_, second) = asked(&claire, client, "zzpersodeux").await;
    app.until_empty().await;
    app.kill_workers();
    app.start_worker_with(&[("FAILPOINT", "after-call@EraseClient=kill")]);
    let path = format!("/api/clients/{client}/effacement");
    Answer::of(claire.request(Method::POST, &path).json(&json!({}))).await.expect(202);
    app.until_worker_ended().await;
    assert!(!personal(&app).await.is_empty());
    app.start_worker();
    app.until_count("SELECT count(*) FROM client WHERE date_effacement IS NOT NULL", 1).await;
    app.until_empty().await;
    for session in [first, second] {
        assert_eq!(app.simulateur.session(&session).unwrap().statut, "expired");
    }
    assert_eq!(personal(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn more_open_sessions_than_one_run_may_close_are_closed_in_turns() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = add_vasseur(&claire).await;
    for n in 0..9 {
        asked(&claire, client, &format!("zzperso{n}")).await;
    }
    let path = format!("/api/clients/{client}/effacement");
    Answer::of(claire.request(Method::POST, &path).json(&json!({}))).await.expect(202);
    app.until_count("SELECT count(*) FROM client WHERE date_effacement IS NOT NULL", 1).await;
    assert!(app.simulateur.sessions().iter().all(|session| session.statut == "expired"));
    let failed = "SELECT count(*) FROM job_resultat WHERE type = 'EraseClient' AND tentatives > 1";
    assert_eq!(app.count(failed).await, 0, "a turn is no failure");
}

#[tokio::test]
async fn a_deleted_client_stands_in_no_event_of_stripe() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = add_vasseur(&claire).await;
    let (deal, session) = asked(&claire, client, "zzpersotitre").await;
    app.simulateur.pay(&session, Moyen::CarteRefusee).await.unwrap();
    app.until_count("SELECT count(*) FROM evenement_stripe WHERE corps LIKE '%zzperso%'", 1).await;
    app.until_empty().await;
    claire.delete(&format!("/api/clients/{client}")).await.expect(200);
    // What Stripe tells later names nobody either.
    let late = json!({
        "id": "cs_late", "object": "checkout.session", "status": "expired", "payment_status": "unpaid",
        "amount_total": 5, "currency": "eur", "livemode": false,
        "metadata": { "clientId": client, "opportuniteId": deal }, "customer_details": { "name": "ZZPERSOVasseur" },
    });
    let mut unknown = late.clone();
    let _ = app.simulateur.make_event("checkout.session.expired", late);
    app.until_count("SELECT count(*) FROM evenement_stripe WHERE corps LIKE '%cs_late%'", 1).await;
    app.until_empty().await;
    assert_eq!(personal(&app).await, Vec::<String>::new());
    // Of a client whom we never had, or have no more since a backup was restored, nothing is thrown away.
    unknown["id"] = json!("cs_unknown");
    unknown["metadata"]["clientId"] = json!(Uuid::from_u128(7));
    let _ = app.simulateur.make_event("checkout.session.expired", unknown);
    let whole =
        "SELECT count(*) FROM evenement_stripe WHERE corps LIKE '%cs_unknown%' AND corps LIKE '%ZZPERSO%'";
    app.until_count(whole, 1).await;
}

#[tokio::test]
async fn a_deleted_client_stands_in_no_job_that_was_set_aside() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let note = app.park_note("claire@example.org", client).await;
    claire.delete(&format!("/api/clients/{client}")).await.expect(200);
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE enveloppe IS NOT NULL").await, 0);
    assert_eq!(app.end_of(note).await.0, "rejete");
}

/// Leaves a job set aside, with this envelope.
async fn park(app: &App, kind: &str, enveloppe: &str) {
    sqlx::query(
        "INSERT INTO job_resultat (id, type, statut, acteur_type, payload_hash, enveloppe, date_creation, date_fin)
         VALUES (gen_random_uuid(), $1, 'echoue', 'systeme', '', $2, now(), now())",
    )
    .bind(kind)
    .bind(enveloppe)
    .execute(&app.db)
    .await
    .unwrap();
}

#[tokio::test]
async fn news_of_money_that_was_set_aside_comes_first() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let kind = <ProcessStripeWebhook as common::job::Job>::KIND;
    park(&app, kind, &format!("{{\"corps\":\"{client}\"}}")).await;
    let refused = claire.post(&format!("/api/clients/{client}/effacement"), json!({})).await.expect(409);
    assert_eq!(refused["code"], "effacement-stripe-en-attente");
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE enveloppe IS NOT NULL").await, 1);
    assert_eq!(app.count("SELECT count(*) FROM client WHERE nom = 'Vasseur'").await, 1);
}

#[tokio::test]
async fn the_form_says_what_goes_and_asks_first() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let path = format!("/clients/{client}/effacer");
    assert!(claire.get(&format!("/clients/{client}")).await.text.contains(&path));
    let page = claire.get(&path).await;
    assert!(page.status == 200 && page.text.contains("Ce qui reste"), "{}", page.text);
    assert_eq!(app.count("SELECT count(*) FROM client WHERE date_effacement IS NULL").await, 1);
    let sent = Answer::of(claire.request(Method::POST, &path).form(&[("cle", "k")])).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM client WHERE date_effacement IS NULL").await, 0);
    assert_eq!(claire.get(&path).await.status, 404);
}
