//! Every page as people see it, in a real browser: nothing sticks out, nobody is kept out.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

use std::collections::BTreeSet;

use reqwest::Method;
use tests::Browser;
use tests::ecrans::{Monde, VIEWS};
use tests::routes::routes;

#[tokio::test]
async fn every_page_holds_in_french() {
    every_page_holds("fr").await;
}

#[tokio::test]
async fn every_page_holds_in_english() {
    every_page_holds("en").await;
}

async fn every_page_holds(langue: &str) {
    let mut monde = Monde::start(langue).await;
    let browser = Browser::open(true).await;
    browser.accept_language(langue).await;
    let mut signed_in = None;
    let mut found = Vec::new();
    for ecran in &monde.ecrans.clone() {
        monde.open(&browser, ecran, &mut signed_in).await;
        assert_eq!(browser.run("return document.documentElement.lang").await, langue, "{}", ecran.nom);
        for (width, dark) in VIEWS.into_iter().chain([(320, false)]) {
            browser.look_through(width, dark).await;
            let content = browser.run("return document.documentElement.scrollWidth").await;
            if content.as_u64().unwrap() > u64::from(width) {
                found.push(format!("{} at {width}: as wide as {content}", ecran.nom));
            }
        }
    }
    browser.close().await;
    assert!(found.is_empty(), "{langue}:\n{}", found.join("\n"));
    let seen: BTreeSet<_> =
        monde.ecrans.iter().map(|ecran| ecran.route).filter(|route| !route.is_empty()).collect();
    let there = routes();
    let there: BTreeSet<_> = there
        .iter()
        .filter(|route| route.method == Method::GET && !is_no_page(&route.path))
        .map(|route| route.path.as_str())
        .collect();
    assert_eq!(seen, there, "every page of the URL table is looked at: tests/src/ecrans.rs");
}

/// What answers with something else than a page.
fn is_no_page(path: &str) -> bool {
    path.starts_with("/api/") || ["/sante", "/pret", "/assets/{hash}/{name}"].contains(&path)
}
