//! `/api/opportunites`: stages, exact amounts.

use serde_json::json;
use tests::App;

#[tokio::test]
async fn an_amount_is_exact_and_a_stage_leaves_a_trace() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let body = json!({ "clientId": client, "titre": "Site", "montantEstime": 1200.50, "devise": "eur",
                       "echeance": "2026-12-15", "etapePipeline": "proposition" });
    let deal = claire.post("/api/opportunites", body).await.expect(201);
    assert_eq!((&deal["montantEstime"], &deal["devise"]), (&json!("1200.50"), &json!("EUR")));
    let path = format!("/api/opportunites/{}", tests::people::id(&deal));
    let won = claire.patch(&path, json!({ "etapePipeline": "gagne" })).await.expect(200);
    assert_eq!((&won["etapePipeline"], &won["statutPaiement"]), (&json!("gagne"), &json!("en_attente")));
    let trace: serde_json::Value =
        sqlx::query_scalar("SELECT meta_json FROM evenement_timeline WHERE type_evenement = 'etape_changee'")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!((&trace["de"], &trace["vers"]), (&json!("proposition"), &json!("gagne")));
}
