//! The whole path by keys alone: whoever cannot use a mouse gets as far, and always sees where they are.

use tests::app::PASSWORD;
use tests::{App, Browser};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const SPACE: &str = " ";

/// What the focus stands on: its name; an error where nobody could see it.
const HERE: &str = "const it = document.activeElement; \
     const style = getComputedStyle(it); \
     const box = it.getBoundingClientRect(); \
     const seen = it === document.body || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 \
       && box.width > 0 && box.bottom > 0 && box.top < innerHeight); \
     const name = it.labels?.[0]?.innerText || it.innerText || it.name || ''; \
     return [name.replace(/\\s+/g, ' ').trim(), seen, it.outerHTML.slice(0, 200)]";

/// Goes on from control to control until one of this name has the focus.
async fn reach(browser: &Browser, name: &str) {
    let mut passed = Vec::new();
    for _ in 0..90 {
        browser.keys(TAB).await;
        let here = browser.run(HERE).await;
        assert_eq!(here[1], true, "nobody sees where they are: {}", here[2]);
        let found = here[0].as_str().unwrap_or_default().to_owned();
        if found.starts_with(name) {
            return;
        }
        passed.push(found);
    }
    let url = browser.url().await;
    panic!("{url}: no way to « {name} » by keys; passed: {passed:?}");
}

async fn press(browser: &Browser, name: &str, key: &str) {
    reach(browser, name).await;
    browser.keys(key).await;
}

async fn write(browser: &Browser, name: &str, text: &str) {
    reach(browser, name).await;
    browser.keys(text).await;
}

#[tokio::test]
async fn from_sign_in_to_a_copied_link_and_a_moved_card_by_keys_alone() {
    let app = App::start().await;
    app.create_user("claire@example.org");
    let browser = Browser::open(true).await;
    browser.go(&format!("{}/connexion", app.base)).await;
    // The first field has the focus already.
    browser.keys("claire@example.org").await;
    write(&browser, "Mot de passe", PASSWORD).await;
    press(&browser, "Se connecter", ENTER).await;
    browser.sees("Bienvenue au guichet").await;

    press(&browser, "Clients", ENTER).await;
    browser.find("//h1[contains(., 'Clients')]").await;
    press(&browser, "Nouveau client", ENTER).await;
    browser.find("//button[contains(., 'Ajouter le client')]").await;
    browser.keys("Librairie Vasseur").await;
    press(&browser, "Ajouter le client", ENTER).await;
    browser.find("//h1[contains(., 'Librairie Vasseur')]").await;

    press(&browser, "Nouvelle opportunité", ENTER).await;
    browser.find("//button[contains(., 'Ajouter l’opportunité')]").await;
    browser.keys("Refonte du site").await;
    write(&browser, "Montant", "1200,50").await;
    press(&browser, "Ajouter l’opportunité", ENTER).await;
    browser.find("//h1[contains(., 'Refonte du site')]").await;

    press(&browser, "Marquer gagnée", SPACE).await;
    browser.find("//button[contains(., 'Générer lien de paiement')]").await;
    press(&browser, "Générer lien de paiement", ENTER).await;
    browser.find("//button[contains(., 'Copier le lien')]").await;
    press(&browser, "Copier le lien", ENTER).await;
    browser.sees("Copié").await;

    browser.go(&format!("{}/opportunites", app.base)).await;
    press(&browser, "Déplacer Refonte du site", ENTER).await;
    press(&browser, "Proposition", ENTER).await;
    browser.find("//*[@data-etape='proposition']//*[contains(., 'Refonte du site')]").await;
    browser.close().await;
}
