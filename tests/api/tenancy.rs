//! A second freelancer sees and changes nothing of the first's.

use reqwest::Method;
use serde_json::{Value, json};
use tests::App;
use tests::people::id;

#[tokio::test]
async fn what_is_anothers_looks_as_what_does_not_exist() {
    let app = App::start().await;
    let (claire, denis) =
        (app.freelance("claire@example.org").await, app.freelance("denis@example.org").await);
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let ticket = json!({ "clientId": client, "sujet": "s", "description": "d" });
    let ticket = id(&claire.post("/api/tickets", ticket).await.expect(201));
    let note =
        id(&claire.post(&format!("/api/clients/{client}/notes"), json!({ "texte": "n" })).await.expect(201));
    let before = snapshot(&app).await;

    let own = denis.add_client("Le sien").await;
    let own_note =
        id(&denis.post(&format!("/api/clients/{own}/notes"), json!({ "texte": "n" })).await.expect(201));
    for path in [
        format!("/api/clients/{client}"),
        format!("/api/clients/{client}/timeline"),
        format!("/api/opportunites/{deal}"),
        format!("/api/opportunites/{deal}/paiements"),
        format!("/api/opportunites/{deal}/recus"),
        format!("/api/opportunites/{deal}/evenements-stripe"),
        format!("/opportunites/{deal}/recu"),
        format!("/api/tickets/{ticket}"),
        format!("/clients/{client}"),
        format!("/opportunites/{deal}"),
        format!("/tickets/{ticket}"),
    ] {
        assert_eq!(denis.get(&path).await.status, 404, "{path}");
    }
    let (post, patch) = (Method::POST, Method::PATCH);
    for (method, path, body) in [
        (patch.clone(), format!("/api/clients/{client}"), json!({ "nom": "À moi" })),
        (
            post.clone(),
            format!("/api/clients/{client}/emails"),
            json!({ "expediteur": "x", "sujet": "x", "corps": "x" }),
        ),
        (post.clone(), format!("/api/clients/{client}/notes"), json!({ "texte": "x" })),
        (post.clone(), format!("/api/clients/{client}/portail"), json!({})),
        (post.clone(), "/api/opportunites".into(), json!({ "clientId": client, "titre": "x" })),
        (patch.clone(), format!("/api/opportunites/{deal}"), json!({ "titre": "x" })),
        (post.clone(), "/api/paiements/stripe/session".into(), json!({ "opportuniteId": deal })),
        (post.clone(), format!("/api/opportunites/{deal}/verification"), json!({})),
        (post.clone(), format!("/api/opportunites/{deal}/encaissement"), json!({ "moyen": "virement" })),
        (post.clone(), format!("/api/opportunites/{deal}/remboursements"), json!({ "montant": "1" })),
        (Method::DELETE, format!("/api/opportunites/{deal}/encaissement"), Value::Null),
        (Method::DELETE, format!("/api/opportunites/{deal}/lien"), Value::Null),
        (
            post.clone(),
            "/api/tickets".into(),
            json!({ "clientId": client, "sujet": "x", "description": "x" }),
        ),
        (patch.clone(), format!("/api/tickets/{ticket}"), json!({ "statutTicket": "resolu" })),
        (post, format!("/api/tickets/{ticket}/messages"), json!({ "corps": "x" })),
        (patch.clone(), format!("/api/evenements/{note}"), json!({ "texte": "x" })),
        (patch, format!("/api/evenements/{own_note}"), json!({ "clientId": client })),
        (Method::DELETE, format!("/api/clients/{client}"), Value::Null),
        (Method::DELETE, format!("/api/clients/{client}/portail"), Value::Null),
        (Method::DELETE, format!("/api/opportunites/{deal}"), Value::Null),
        (Method::DELETE, format!("/api/evenements/{note}"), Value::Null),
        (Method::POST, format!("/api/evenements/{note}/lecture"), json!({})),
    ] {
        let answer = if method == Method::DELETE {
            denis.delete(&path).await
        } else {
            denis.write(method.clone(), &path, body).await
        };
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text);
    }
    for list in ["clients", "opportunites", "tickets"] {
        let seen = denis.get(&format!("/api/{list}")).await;
        for foreign in [client, deal, ticket] {
            assert!(!seen.text.contains(&foreign.to_string()), "{list}");
        }
    }
    assert_eq!(snapshot(&app).await, before);
}

/// Everything that belongs to the first freelancer, as text.
async fn snapshot(app: &App) -> Vec<String> {
    let mut rows = Vec::new();
    for table in ["client", "opportunite", "ticket", "evenement_timeline"] {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT coalesce(string_agg(t::text, '|' ORDER BY t.id), '') FROM {table} t JOIN utilisateur u
             ON u.id = t.utilisateur_id WHERE u.email = 'claire@example.org'"
        ));
        rows.push(sqlx::query_scalar(sql).fetch_one(&app.db).await.unwrap());
    }
    rows
}
