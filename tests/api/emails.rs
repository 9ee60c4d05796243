//! `/api/clients/{id}/emails`, `/notes`, and `/api/evenements/{id}`.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::json;
use tests::people::id;
use tests::{Answer, App, Bureau};
use uuid::Uuid;

#[tokio::test]
async fn a_pasted_mail_stands_once_and_can_be_corrected_moved_and_deleted() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (vasseur, lenoir) = (claire.add_client("Vasseur").await, claire.add_client("Lenoir").await);
    let mail = json!({ "expediteur": "helene@vasseur.example", "sujet": "Solde", "corps": "Bonjour,\nça part demain.",
                       "dateEvenement": "2026-11-20T09:05:00Z" });
    let path = format!("/api/clients/{vasseur}/emails");
    let first = claire.post(&path, mail.clone()).await.expect(201);
    let again = claire.post(&path, mail).await.expect(200);
    assert_eq!((id(&again), &again["dejaLa"], &first["dejaLa"]), (id(&first), &json!(true), &json!(null)));

    let timeline = claire.get(&format!("/api/clients/{vasseur}/timeline")).await.expect(200);
    let event = &timeline["elements"][0];
    assert_eq!(event["typeEvenement"], "email_client");
    assert_eq!(event["descriptionTexte"], "Bonjour,\nça part demain.");
    assert_eq!(event["metaJson"]["expediteur"], "helene@vasseur.example");
    assert_eq!(event["dateEvenement"], "2026-11-20T09:05:00Z");

    let path = format!("/api/evenements/{}", id(&first));
    claire.patch(&path, json!({ "sujet": "Solde du site", "clientId": lenoir })).await.expect(200);
    let moved = claire.get(&format!("/api/clients/{lenoir}/timeline")).await.expect(200);
    assert_eq!(moved["elements"][0]["metaJson"]["sujet"], "Solde du site");
    claire.delete(&path).await.expect(200);
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 0);
}

#[tokio::test]
async fn a_date_to_come_is_refused_by_name() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let path = format!("/api/clients/{client}/emails");
    let now = worker::clock();
    let dated = |date: DateTime<Utc>| json!({ "expediteur": "Hélène", "sujet": "Solde", "corps": "Bonjour", "dateEvenement": date });
    let refused = claire.post(&path, dated(now + TimeDelta::hours(1))).await;
    refused.expect(422);
    assert_eq!(refused.champs(), ["dateEvenement"], "{}", refused.text);
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 0);

    // A clock that is a little ahead of ours is no slip.
    let kept = claire.post(&path, dated(now + TimeDelta::minutes(5))).await.expect(201);
    let path = format!("/api/evenements/{}", id(&kept));
    let refused = claire.patch(&path, json!({ "dateEvenement": now + TimeDelta::hours(1) })).await;
    refused.expect(422);
    assert_eq!(refused.champs(), ["dateEvenement"], "{}", refused.text);
    claire.patch(&path, json!({ "dateEvenement": now - TimeDelta::hours(1) })).await.expect(200);
}

#[tokio::test]
async fn history_is_not_edited() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    claire.open_portail(client).await;
    let timeline = claire.get(&format!("/api/clients/{client}/timeline")).await.expect(200);
    let path = format!("/api/evenements/{}", id(&timeline["elements"][0]));
    claire.patch(&path, json!({ "texte": "rien" })).await.expect(409);
    claire.delete(&path).await.expect(409);
}

/// A mail as its sender's program sends it, under this Message-ID.
fn eml(message_id: &str, sujet: &str) -> String {
    format!(
        "From: =?utf-8?q?H=C3=A9l=C3=A8ne?= <helene@vasseur.example>\r\nSubject: {sujet}\r\n\
         Date: Fri, 20 Nov 2026 10:05:00 +0100\r\nMessage-ID: <{message_id}>\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nBonjour,\r\nle devis est signé.\r\n\
         --b\r\nContent-Type: application/pdf; name=devis.pdf\r\n\r\n%PDF\r\n--b--\r\n"
    )
}

async fn send_eml(claire: &Bureau, client: Uuid, raw: impl Into<reqwest::Body>) -> Answer {
    let request = claire.request(Method::POST, &format!("/api/clients/{client}/emails"));
    let request =
        request.header("Prefer", tests::app::prefer_wait()).header("Content-Type", "message/rfc822");
    Answer::of(request.body(raw)).await
}

#[tokio::test]
async fn a_mail_as_a_file_stands_once_by_its_message_id_whatever_was_corrected() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (vasseur, lenoir) = (claire.add_client("Vasseur").await, claire.add_client("Lenoir").await);
    let kept = send_eml(&claire, vasseur, eml("1@v", "Devis")).await.expect(201);
    assert_eq!(kept["metaJson"]["expediteur"], "Hélène <helene@vasseur.example>");
    assert_eq!(kept["metaJson"]["sujet"], "Devis");
    assert_eq!(kept["metaJson"]["piecesJointes"], json!(["devis.pdf"]));
    assert_eq!(kept["descriptionTexte"], "Bonjour,\nle devis est signé.");
    assert_eq!(kept["dateEvenement"], "2026-11-20T09:05:00Z");

    let path = format!("/api/evenements/{}", id(&kept));
    claire.patch(&path, json!({ "sujet": "Devis signé", "corps": "" })).await.expect(200);
    let again = send_eml(&claire, vasseur, eml("1@v", "Devis")).await.expect(200);
    assert_eq!((id(&again), &again["dejaLa"]), (id(&kept), &json!(true)));
    // Another Message-ID is another message, although it says the same.
    send_eml(&claire, vasseur, eml("2@v", "Devis")).await.expect(201);
    // Of another client it is another line, and it cannot be moved onto itself.
    let theirs = send_eml(&claire, lenoir, eml("1@v", "Devis")).await.expect(201);
    let moved =
        claire.patch(&format!("/api/evenements/{}", id(&theirs)), json!({ "clientId": vasseur })).await;
    moved.expect(409);
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 3);
}

#[tokio::test]
async fn a_long_mail_is_kept_as_far_as_it_goes() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let long = format!("From: a@b.example\n\n{}", "été\n".repeat(1_000_000));
    let kept = send_eml(&claire, client, long).await.expect(201);
    assert_eq!(kept["metaJson"]["coupe"], true);
    assert_eq!(kept["metaJson"]["sujet"], "");
    assert!(kept["descriptionTexte"].as_str().unwrap().chars().count() <= 20_000);
    let page = claire.get(&format!("/clients/{client}")).await.text;
    assert!(page.contains("(sans objet)") && page.contains("seul son début est gardé"), "{page}");
}

#[tokio::test]
async fn what_is_no_mail_is_refused_at_the_file() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let megabytes = |count: usize| vec![b'a'; count * 1024 * 1024];
    let later =
        format!("From: a@b.example\nDate: {}\n\nx", (worker::clock() + TimeDelta::hours(2)).to_rfc2822());
    for (raw, code, champ) in [
        (Vec::new(), "fichier-vide", "fichier"),
        (b"Bonjour.".to_vec(), "fichier-pas-un-email", "fichier"),
        (b"\0\0\0".to_vec(), "fichier-pas-un-email", "fichier"),
        (b"Subject: de personne\n\nx".to_vec(), "fichier-pas-un-email", "fichier"),
        (megabytes(10), "fichier-pas-un-email", "fichier"),
        (megabytes(11), "fichier-trop-grand", "fichier"),
        (megabytes(21), "fichier-trop-grand", "fichier"),
        (megabytes(40), "fichier-trop-grand", "fichier"),
        (later.into_bytes(), "date-future", "dateEvenement"),
    ] {
        let size = raw.len();
        let answer = send_eml(&claire, client, raw).await;
        answer.expect(422);
        assert_eq!(answer.champs(), [champ], "{size}: {}", answer.text);
        assert_eq!(answer.json()["erreurs"][0]["code"], code, "{size}");
    }
    // Messages within messages, ten megabytes of them, and a stack is still a stack.
    let deep = format!("From: a@b.example\n{}", "Content-Type: message/rfc822\n\n".repeat(300_000));
    send_eml(&claire, client, deep).await.expect(201);
    // Nobody else may bring so much.
    let stranger = Bureau::stranger(&app);
    assert_eq!(send_eml(&stranger, client, megabytes(1)).await.status, 413);
    assert_eq!(send_eml(&stranger, client, "From: a@b.example\n\nx").await.status, 401);
    // Nor is a mail taken elsewhere.
    let request = claire.request(Method::POST, "/api/clients").header("Content-Type", "message/rfc822");
    Answer::of(request.body("From: a@b.example\n\nx")).await.expect(422);
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 1);
}
