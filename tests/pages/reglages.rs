//! `/reglages`, and what test money is.

use reqwest::Method;
use tests::app::PASSWORD;
use tests::{Answer, App, Bureau, Options, until};

#[tokio::test]
async fn what_stripe_needs_is_said_in_plain_words() {
    let app = App::start_with(Options { stripe: false, ..Options::default() }).await;
    let claire = app.freelance("claire@example.org").await;
    let page = claire.get("/reglages").await.text;
    assert!(page.contains("STRIPE_SECRET_KEY") && page.contains("STRIPE_WEBHOOK_SECRET"), "{page}");
    assert!(page.contains(&format!("{}/api/webhooks/stripe", app.base)));
    assert!(page.contains("charge.dispute.closed"));

    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    until("the worker has said which key it holds", || async {
        claire.get("/reglages").await.text.contains("Mode test").then_some(())
    })
    .await;
    let page = claire.get("/reglages").await.text;
    assert!(page.contains("Aucun encore") && !page.contains("STRIPE_WEBHOOK_SECRET"));
    assert!(!page.contains(tests::app::WEBHOOK_SECRET) && !page.contains("sk_test"));
    let client = claire.add_client("Vasseur").await;
    claire.add_paid_deal(&app, client, "Site", "100").await;
    until("an event came", || async {
        (!claire.get("/reglages").await.text.contains("Un premier événement")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_language_is_switched_by_the_form() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let fields = [("cle", "k"), ("nom", "Claire"), ("langue", "en"), ("fuseau", "Europe/London")];
    let sent = Answer::of(claire.request(Method::POST, "/reglages").form(&fields)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let page = claire.get("/").await.text;
    assert!(page.contains(r#"<html lang="en">"#) && page.contains("Settings"), "{page}");
    let wrong = [("cle", "l"), ("nom", "Claire"), ("langue", "en"), ("fuseau", "Europe/Paname")];
    let refused = Answer::of(claire.request(Method::POST, "/reglages").form(&wrong)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("This time zone does not exist."));
}

#[tokio::test]
async fn test_money_is_said_on_every_page_and_never_counts_as_revenue() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_paid_deal(&app, client, "Site", "100").await;
    let lien = claire.deal(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    let portail = claire.open_portail(client).await;
    let (client_page, deal_page) = (format!("/clients/{client}"), format!("/opportunites/{deal}"));
    for page in
        ["/", "/opportunites", "/clients", "/tickets", "/reglages", "/connexion", &client_page, &deal_page]
    {
        assert!(claire.get(page).await.text.contains("MODE TEST"), "{page}");
    }
    for page in [format!("{}/portail/{}", app.base, portail.token), lien] {
        assert!(reqwest::get(&page).await.unwrap().text().await.unwrap().contains("MODE TEST"), "{page}");
    }
    let paid = "100,00\u{202f}€";
    assert!(
        claire.get("/").await.text.contains(paid),
        "while the key is a test key, it is shown under the banner"
    );
    // The day that the live key comes, what was paid in test mode was no money.
    app.until_empty().await;
    sqlx::query("UPDATE instance SET stripe_livemode = true").execute(&app.db).await.unwrap();
    let dashboard = claire.get("/").await.text;
    let figures = dashboard.split("table--sums").nth(1).unwrap_or_default().split("</table>").next().unwrap();
    assert!(!figures.contains(paid), "{figures}");
    let head = claire.get(&client_page).await.text;
    let head = head.split("</dl>").next().unwrap();
    assert!(!head.contains(paid), "{head}");
}

#[tokio::test]
async fn a_token_is_made_shown_once_and_revoked_without_a_script() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let post = async |path: &str, form: &[(&str, &str)]| {
        Answer::of(claire.request(Method::POST, path).form(form)).await
    };
    let empty = post("/reglages/jetons", &[("cle", "a"), ("nom", ""), ("motDePasseActuel", PASSWORD)]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("jeton-nom-e"), "{}", empty.text);
    let made =
        post("/reglages/jetons", &[("cle", "b"), ("nom", "Sauvegarde <i>"), ("motDePasseActuel", PASSWORD)])
            .await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (200, "no-store"));
    let jeton = format!("guichet_{}", &made.text.split("guichet_").nth(1).unwrap()[..64]);
    let script = || Bureau::stranger(&app).bare(Method::GET, "/api/clients").bearer_auth(&jeton);
    Answer::of(script()).await.expect(200);
    // The browser sends the form again when the page is reloaded.
    let again =
        post("/reglages/jetons", &[("cle", "b"), ("nom", "Sauvegarde <i>"), ("motDePasseActuel", PASSWORD)])
            .await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("Ce formulaire est déjà parti") && !again.text.contains("guichet_"));
    let page = claire.get("/reglages").await.text;
    assert!(page.contains("Sauvegarde &lt;i&gt;") && !page.contains("guichet_"), "{page}");
    let revoke = page.split("action=\"/reglages/jetons/").nth(1).unwrap().split('"').next().unwrap();
    let gone = post(&format!("/reglages/jetons/{revoke}"), &[("cle", "c")]).await;
    assert_eq!(gone.status, 303, "{}", gone.text);
    Answer::of(script()).await.expect(401);
    assert!(claire.get(gone.header("location")).await.text.contains("Jeton révoqué."));

    // Nobody runs it yet: the token is shown all the same, and what it is worth is said.
    app.kill_workers();
    let queued =
        post("/reglages/jetons", &[("cle", "d"), ("nom", "En file"), ("motDePasseActuel", PASSWORD)]).await;
    assert_eq!(queued.status, 200);
    let late = format!("guichet_{}", &queued.text.split("guichet_").nth(1).unwrap()[..64]);
    assert!(queued.text.contains("Sa création est encore en file"), "{}", queued.text);
    app.start_worker();
    until("the token opens", async || {
        let read = Bureau::stranger(&app).bare(Method::GET, "/api/clients").bearer_auth(&late);
        (Answer::of(read).await.status == 200).then_some(())
    })
    .await;
}
