//! Mails, against a real mail server.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

mod envoi;
mod nouvelles;
mod oubli;
mod serveur;

use serveur::Serveur;
use tests::{App, Options, until};

/// The product with a mail server, whose worker has said so.
async fn with_mail(serveur: &Serveur) -> App {
    let app = App::start_with(Options { smtp_url: Some(serveur.url()), ..Options::default() }).await;
    app.until_count("SELECT count(*) FROM instance WHERE smtp", 1).await;
    app
}

/// The token of the link in a mail.
fn link<'a>(text: &'a str, root: &str) -> &'a str {
    let start = text.find(root).unwrap_or_else(|| panic!("no {root} in {text}"));
    text[start..].split_whitespace().next().unwrap()
}

/// Waits until a page holds a text, and gives the page.
async fn until_page(who: &tests::Bureau, path: &str, text: &str) -> String {
    until(&format!("{text} on {path}"), || async {
        let page = who.get(path).await.text;
        page.contains(text).then_some(page)
    })
    .await
}
