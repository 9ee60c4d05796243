//! Every page as people see it, in a real browser: nothing sticks out, nobody is kept out.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};
use tests::Browser;
use tests::ecrans::{Monde, VIEWS};
use tests::routes::routes;

mod papier;
mod script;

/// What a client's page may weigh, with all that it is made of, as it travels.
const PORTAL_BYTES: u64 = 30 * 1024;
const PORTAL_REQUESTS: usize = 4;

/// What changes with the window or the theme.
const OF_EVERY_VIEW: [&str; 3] = ["color-contrast", "target-size", "scrollable-region-focusable"];

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
    let axe = fetched("axe-core/axe.min.js");
    let axe = json!({ "source": std::fs::read_to_string(axe).unwrap() });
    browser.cdp("Page.addScriptToEvaluateOnNewDocument", axe).await;
    let mut signed_in = None;
    let mut found = Vec::new();
    for ecran in &monde.ecrans.clone() {
        monde.open(&browser, ecran, &mut signed_in).await;
        assert_eq!(browser.run("return document.documentElement.lang").await, langue, "{}", ecran.nom);
        let full = ecran.nom.starts_with("plein-");
        for (rang, (width, dark)) in VIEWS.into_iter().chain([(320, false)]).enumerate() {
            browser.look_through(width, dark).await;
            let content = browser.run("return document.documentElement.scrollWidth").await;
            if content.as_u64().unwrap() > u64::from(width) {
                found.push(format!("{} at {width}: as wide as {content}", ecran.nom));
            }
            // The full pages are the same templates again, with more rows; what does not change with the view is
            // looked at once.
            if (rang == 0 && ecran.is_plain()) || (width != 320 && !full) {
                for barrier in barriers(&browser, rang == 0).await {
                    found.push(format!("{} at {width}, dark {dark}: {barrier}", ecran.nom));
                }
            }
        }
        if ecran.route == "/portail/{token}" && ecran.is_plain() {
            found.extend(weigh(&browser, &ecran.nom).await);
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
    let data = [".csv", ".eml", ".json"].iter().any(|ending| path.ends_with(ending));
    data || path.starts_with("/api/")
        || ["/sante", "/pret", "/assets/{hash}/{name}", "/logos/{empreinte}"].contains(&path)
}

/// What `make outils-test` fetched from npm.
fn fetched(file: &str) -> PathBuf {
    let file = sandbox::place::repository().join("target/web/node_modules").join(file);
    assert!(file.exists(), "{}: `make outils-test` fetches it, when npm can be reached", file.display());
    file
}

/// What axe-core finds on the page: by all of its rules, or by those that the view matters to.
async fn barriers(browser: &Browser, all: bool) -> Vec<String> {
    let tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    let only = if all {
        json!({ "runOnly": tags })
    } else {
        json!({ "runOnly": { "type": "rule", "values": OF_EVERY_VIEW } })
    };
    let expression = format!(
        "axe.run(document, {{ ...{only}, resultTypes: ['violations'], selectors: false }}).then(({{ violations }}) => violations.map((it) => \
         `${{it.id}}: ${{it.nodes.map((node) => node.html.slice(0, 200)).slice(0, 3).join(' | ')}}`))"
    );
    let asked = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
    let answer = browser.cdp("Runtime.evaluate", asked).await;
    let found = answer["result"]["value"].as_array().cloned();
    let found = found.unwrap_or_else(|| panic!("axe did not run: {answer}"));
    found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Opens the page again as for the first time: what is wrong with what it loads, and whether it stands still.
async fn weigh(browser: &Browser, nom: &str) -> Vec<String> {
    browser.cdp("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await;
    browser.reload().await;
    let measured = browser
        .run(
            "const of = (kind) => performance.getEntriesByType(kind); \
             const all = [...of('navigation'), ...of('resource')]; \
             let shift = 0; \
             const watch = new PerformanceObserver(() => {}); \
             watch.observe({ type: 'layout-shift', buffered: true }); \
             for (const entry of watch.takeRecords()) shift += entry.value; \
             return { bytes: all.reduce((sum, it) => sum + it.transferSize, 0), names: all.map((it) => it.name), shift }",
        )
        .await;
    browser.cdp("Network.setCacheDisabled", json!({ "cacheDisabled": false })).await;
    let names: Vec<_> = measured["names"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let bytes = measured["bytes"].as_u64().unwrap();
    let mut wrong = Vec::new();
    if bytes > PORTAL_BYTES || bytes == 0 {
        wrong.push(format!("{nom} weighs {bytes} bytes"));
    }
    if names.len() > PORTAL_REQUESTS {
        wrong.push(format!("{nom} is {} requests: {names:?}", names.len()));
    }
    let origin = |url: &str| url.split('/').take(3).collect::<Vec<_>>().join("/");
    if names.iter().any(|name| origin(name) != origin(names[0])) {
        wrong.push(format!("{nom} asks others: {names:?}"));
    }
    if measured["shift"].as_f64().unwrap() > 0.0 {
        wrong.push(format!("{nom} shifts by {}", measured["shift"]));
    }
    wrong
}
