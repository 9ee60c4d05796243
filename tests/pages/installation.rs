//! The one-time set-up link that the first start prints.

use reqwest::Method;
use tests::app::PASSWORD;
use tests::{Answer, App, Bureau, until};

#[tokio::test]
async fn the_first_account_is_made_once_through_the_link_that_the_worker_prints() {
    let mut app = App::start().await;
    let link = until("the worker prints the link", || async {
        app.log("worker").split_whitespace().find(|word| word.contains("/installation/")).map(str::to_owned)
    })
    .await;
    // A second worker draws no other link: the one that was shown still works.
    app.start_worker();
    let path = link.strip_prefix(&app.base).expect("a link of ours").to_owned();
    let stranger = Bureau::stranger(&app);
    let page = stranger.get(&path).await;
    assert_eq!(page.status, 200);
    let cle = page.text.split(r#"name="cle" value=""#).nth(1).and_then(|rest| rest.split('"').next());
    let fields = [
        ("cle", cle.unwrap_or("k")),
        ("nom", "Claire Morel"),
        ("email", "claire@example.org"),
        ("motDePasse", PASSWORD),
    ];
    let made = Answer::of(stranger.request(Method::POST, &path).form(&fields)).await;
    assert_eq!(made.status, 303, "{}", made.text);
    app.until_count("SELECT count(*) FROM utilisateur", 1).await;
    Bureau::sign_in(&app, "claire@example.org").await.get("/api/clients").await.expect(200);

    assert_eq!(stranger.get(&path).await.status, 404, "the link works once");
    let token = path.rsplit('/').next().unwrap();
    let printed = app.log("worker");
    assert_eq!(printed.matches(token).count(), 1, "shown once");
    assert!(!app.log("edge").contains(token));
}
