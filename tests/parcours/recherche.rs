//! Search from anywhere: by keyboard alone, and without a script.

use serde_json::json;
use tests::{App, Browser, Bureau};
use thirtyfour::Key;

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const DOWN: &str = "\u{e015}";

/// A freelancer with a client and a mail that speak of the same thing, and a window in which they are signed in.
async fn signed_in(javascript: bool) -> (App, Browser) {
    let app = App::start().await;
    app.create_user("claire@example.org");
    let claire = Bureau::sign_in(&app, "claire@example.org").await;
    let client = claire.add_client("Librairie Hélène Vasseur").await;
    let mail = json!({ "expediteur": "Jean", "sujet": "Pour Hélène", "corps": "Les épreuves sont là." });
    claire.post(&format!("/api/clients/{client}/emails"), mail).await.expect(201);
    let browser = Browser::open(javascript).await;
    super::sign_in(&app, &browser).await;
    (app, browser)
}

async fn control_k(bureau: &Browser) {
    bureau.find("//body").await.send_keys(Key::Control + "k").await.unwrap();
}

#[tokio::test]
async fn the_palette_leads_everywhere_by_keyboard_alone() {
    let (app, bureau) = signed_in(true).await;
    bureau.keys("?").await;
    bureau.find("//dialog[@open]//kbd").await;
    bureau.keys(ESCAPE).await;

    control_k(&bureau).await;
    bureau.keys("helen").await;
    let found = "//dialog[@open]//*[@data-trouve]//a";
    bureau.find(&format!("({found})[2][contains(., 'Pour Hélène')]")).await;
    assert_eq!(bureau.find(&format!("{found}//mark")).await.text().await.unwrap(), "Hélène");
    bureau.keys(DOWN).await;
    bureau.keys(DOWN).await;
    bureau.keys(ENTER).await;
    bureau.sees("Les épreuves sont là.").await;
    assert!(bureau.url().await.contains("/evenements/"), "{}", bureau.url().await);

    // Enter in the palette's field shows all that was found.
    control_k(&bureau).await;
    bureau.keys("rien du tout").await;
    bureau.find("//dialog[@open]//li[contains(., 'Rien ne correspond')]").await;
    bureau.keys(ENTER).await;
    bureau.find("//h1[.='Recherche']").await;

    bureau.go(&format!("{}/clients", app.base)).await;
    bureau.keys("/").await;
    bureau.keys("vasseur/?").await;
    bureau.keys(ENTER).await;
    bureau.find("//mark[.='Vasseur']").await;
    assert!(bureau.url().await.ends_with("/recherche?q=vasseur%2F%3F"), "{}", bureau.url().await);
    bureau.close().await;
}

#[tokio::test]
async fn the_field_searches_without_a_script() {
    let (app, bureau) = signed_in(false).await;
    bureau.go(&format!("{}/tickets", app.base)).await;
    let field = bureau.find("//input[@id='recherche']").await;
    field.send_keys("epreuv").await.unwrap();
    field.send_keys(ENTER).await.unwrap();
    bureau.find("//mark[.='épreuves']").await;
    bureau.follow("Jean, Pour Hélène").await;
    bureau.sees("Les épreuves sont là.").await;
    bureau.close().await;
}
