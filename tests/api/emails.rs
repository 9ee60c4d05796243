//! `/api/clients/{id}/emails`, `/notes`, and `/api/evenements/{id}`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tests::App;
use tests::people::id;

#[tokio::test]
async fn a_pasted_mail_stands_once_and_can_be_corrected_moved_and_deleted() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (vasseur, lenoir) = (claire.add_client("Vasseur").await, claire.add_client("Lenoir").await);
    let mail = json!({ "expediteur": "helene@vasseur.example", "sujet": "Solde", "corps": "Bonjour,\nça part demain.",
                       "dateEvenement": "2026-11-20T09:05:00Z" });
    let path = format!("/api/clients/{vasseur}/emails");
    let first = claire.post(&path, mail.clone()).await.expect(201);
    let again = claire.post(&path, mail).await;
    assert_eq!(id(&again.json()), id(&first));

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
