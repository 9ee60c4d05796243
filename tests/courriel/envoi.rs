//! The payment link and the reminder, and what happens to mails when something dies.

use reqwest::Method;
use serde_json::json;
use tests::{Answer, App};

use crate::serveur::Serveur;
use crate::{link, until_page, with_mail};

/// Backends that wait for the row that the test holds.
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guichet-worker'
    AND wait_event_type = 'Lock'";

#[tokio::test]
async fn the_link_goes_to_the_client_in_their_language_and_opens() {
    let serveur = Serveur::start().await;
    let app = with_mail(&serveur).await;
    let claire = app.freelance("claire@example.org").await;
    let body = json!({ "nom": "Vasseur", "email": "vasseur@example.org", "langue": "en" });
    let client = tests::people::id(&claire.post("/api/clients", body).await.expect(201));
    let deal = claire.add_won_deal(client, "Refonte du site", "1200.50").await;
    claire.pay_link(deal).await;
    claire.post(&format!("/api/opportunites/{deal}/envoi"), json!({})).await.expect(200);

    let mail = serveur.mail("the link", |mail| mail.to == "vasseur@example.org").await;
    assert_eq!(mail.sujet, "Payment link: Refonte du site");
    assert!(mail.corps.contains("€1,200.50"), "{}", mail.corps);
    assert!(mail.from.contains("Claire Morel") && mail.from.contains("guichet@example.org"), "{}", mail.from);
    assert!(mail.reply_to.contains("claire@example.org"), "{}", mail.reply_to);
    let lien = link(&mail.corps, &app.base);
    assert_eq!(claire.deal(deal).await["lienPaiement"], lien);
    assert_eq!(reqwest::get(lien).await.unwrap().status(), 200);

    // Neither the address, nor the text, nor the token stands in the outbox.
    let outbox: String = sqlx::query_scalar("SELECT string_agg(c::text, '') FROM courriel c")
        .fetch_one(&app.db)
        .await
        .unwrap();
    let token = lien.rsplit('/').next().unwrap();
    assert!(!outbox.contains("vasseur@example.org") && !outbox.contains(token), "{outbox}");
    assert!(!app.log("worker").contains(token) && !app.log("worker").contains("vasseur@"));
}

#[tokio::test]
async fn a_double_click_is_one_mail_and_the_next_is_a_reminder() {
    let serveur = Serveur::start().await;
    let app = with_mail(&serveur).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    claire.pay_link(deal).await;
    let page = format!("/opportunites/{deal}");
    until_page(&claire, &page, "Envoyer le lien").await;
    let path = format!("{page}/envoyer");
    let send = async |cle: &str| {
        Answer::of(claire.request(Method::POST, &path).form(&[("cle", cle)])).await.status.as_u16()
    };
    assert_eq!((send("k").await, send("k").await), (303, 303));
    // From another tab.
    assert_eq!(send("l").await, 409);
    assert_eq!(app.count("SELECT count(*) FROM courriel").await, 1);
    let shown = until_page(&claire, &page, "Dernier envoi").await;
    assert!(shown.contains("Envoyer un rappel") && shown.contains("Lien de paiement envoyé au client"));

    let echeance = json!({ "echeance": "2026-01-01" });
    claire.patch(&format!("/api/opportunites/{deal}"), echeance).await.expect(200);
    sqlx::query("UPDATE courriel SET date_creation = date_creation - interval '1 hour'")
        .execute(&app.db)
        .await
        .unwrap();
    assert_eq!(send("m").await, 303);
    let mail = serveur.mail("the reminder", |mail| mail.sujet.starts_with("Rappel")).await;
    assert!(mail.corps.contains("échéance au 1er\u{a0}janvier 2026"), "{}", mail.corps);
    assert_eq!(serveur.mails().len(), 2);
}

#[tokio::test]
async fn without_an_address_or_a_mail_server_the_page_says_why() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    claire.pay_link(deal).await;
    until_page(&claire, &format!("/opportunites/{deal}"), "Aucun serveur de courriel").await;
    let path = format!("/api/opportunites/{deal}/envoi");
    let refused = claire.post(&path, json!({})).await;
    assert_eq!(refused.expect(409)["code"], "courriels-non-configures");
    claire.patch(&format!("/api/clients/{client}"), json!({ "email": null })).await.expect(200);
    assert_eq!(claire.post(&path, json!({})).await.expect(409)["code"], "client-sans-email");
    // What happens without a mail server leaves nothing to be sent later.
    let ticket = json!({ "clientId": client, "sujet": "s", "description": "d" });
    claire.post("/api/tickets", ticket).await.expect(201);
    assert_eq!(app.count("SELECT count(*) FROM courriel").await, 0);
}

#[tokio::test]
async fn a_mail_waits_for_a_mail_server_that_is_down() {
    let mut serveur = Serveur::down();
    let app = with_mail(&serveur).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    claire.pay_link(deal).await;
    claire.post(&format!("/api/opportunites/{deal}/envoi"), json!({})).await.expect(200);
    app.until_count("SELECT count(*) FROM courriel WHERE erreur IS NOT NULL AND statut = 'en_attente'", 1)
        .await;
    serveur.up().await;
    serveur.mail("the link", |mail| mail.to == "contact@example.org").await;
    app.until_count("SELECT count(*) FROM courriel WHERE statut = 'envoye' AND tentatives = 2", 1).await;
    assert_eq!(serveur.mails().len(), 1);
}

#[tokio::test]
async fn a_worker_killed_after_the_server_took_a_mail_sends_it_again_under_the_same_message_id() {
    let mut serveur = Serveur::start().await;
    let mut app = with_mail(&serveur).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    claire.pay_link(deal).await;
    serveur.hold_back();
    claire.post(&format!("/api/opportunites/{deal}/envoi"), json!({})).await.expect(200);
    let first = serveur.mail("the first copy", |_| true).await;
    // The server says OK; the worker cannot write that down, and dies.
    let mut hold = app.db.begin().await.unwrap();
    sqlx::query("SELECT id FROM courriel FOR UPDATE").execute(&mut *hold).await.unwrap();
    serveur.let_go();
    app.until_count(WAITING, 1).await;
    app.kill_workers();
    // Postgres would carry on with what a dead worker asked for last: it dies with it.
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        .execute(&app.db)
        .await
        .unwrap();
    app.until_count(WAITING, 0).await;
    hold.rollback().await.unwrap();
    assert_eq!(app.count("SELECT count(*) FROM courriel WHERE statut = 'en_attente'").await, 1);

    app.start_worker();
    app.until_count("SELECT count(*) FROM courriel WHERE statut = 'envoye'", 1).await;
    let mails = serveur.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.message_id == first.message_id), "{mails:?}");
    serveur.stop();
}

#[tokio::test]
async fn a_refused_address_is_given_up_and_seen() {
    let serveur = Serveur::start().await;
    let app = with_mail(&serveur).await;
    serveur.refuse();
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    claire.pay_link(deal).await;
    claire.post(&format!("/api/opportunites/{deal}/envoi"), json!({})).await.expect(200);
    app.until_count("SELECT count(*) FROM courriel WHERE statut = 'echoue' AND tentatives = 1", 1).await;
    until_page(&claire, &format!("/opportunites/{deal}"), "vérifiez l’adresse").await;
}

#[tokio::test]
async fn nobody_is_reminded_of_what_they_paid_meanwhile() {
    let mut serveur = Serveur::down();
    let app = with_mail(&serveur).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    claire.pay_link(deal).await;
    claire.post(&format!("/api/opportunites/{deal}/envoi"), json!({})).await.expect(200);
    app.until_count("SELECT count(*) FROM courriel WHERE erreur IS NOT NULL", 1).await;
    let session = claire.session_id(deal).await;
    app.simulateur.pay(&session, sandbox::simulateur::Moyen::Carte).await.unwrap();
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'", 1).await;
    serveur.up().await;
    serveur.mail("the news of the payment", |mail| mail.to == "claire@example.org").await;
    app.until_count("SELECT count(*) FROM courriel WHERE statut = 'annule' AND type = 'lien_paiement'", 1)
        .await;
    assert!(serveur.mails().iter().all(|mail| mail.to == "claire@example.org"));
}

#[tokio::test]
async fn a_mail_server_without_a_sender_refuses_to_boot() {
    let app = App::start_with(tests::Options { workers: 0, edge: false, ..Default::default() }).await;
    let run = |env: &[(&str, &str)]| {
        let mut worker = app.worker_process(env);
        tests::until("the worker gives up", move || {
            let ended = worker.ended().unwrap();
            async move { ended }
        })
    };
    assert!(!run(&[("SMTP_URL", "smtp://u:canary@127.0.0.1:25")]).await.success());
    assert!(app.log("worker").contains("MAIL_FROM") && !app.log("worker").contains("canary"));
    assert!(!run(&[("SMTP_URL", "canary"), ("MAIL_FROM", "a@example.org")]).await.success());
    assert!(app.log("worker").contains("SMTP_URL") && !app.log("worker").contains("canary"));
}
