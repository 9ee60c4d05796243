//! `/api/utilisateur/logo`, the form of `/reglages` for it, and where clients see it.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tests::people::part;
use tests::{Answer, App, Bureau};

/// The start of a PNG is all that is looked at: what it is, and its two sides.
fn png(largeur: u32, hauteur: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    file.extend(largeur.to_be_bytes());
    file.extend(hauteur.to_be_bytes());
    file.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    file
}

/// The start of a JPEG: a frame of 30 by 20.
const JPEG: &[u8] =
    b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xc0\0\x11\x08\0\x14\0\x1e\x03\x01\x11\0\x02\x11\0\x03\x11\0";

async fn put(claire: &Bureau, content_type: &str, file: Vec<u8>) -> Answer {
    let request = claire.request(Method::PUT, "/api/utilisateur/logo").header("Prefer", "wait=10");
    Answer::of(request.header(CONTENT_TYPE, content_type).body(file)).await
}

async fn send(claire: &Bureau, file: Vec<u8>, key: &str) -> Answer {
    let parts = [part("cle", None, key), part("fichier", Some("logo.png"), file)];
    claire.send_parts("/reglages/logo", &parts).await
}

#[tokio::test]
async fn a_logo_stands_on_the_clients_pages_until_it_is_taken_away() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let portail = claire.open_portail(client).await;
    let payer = claire.pay_link(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    let theirs = denis.open_portail(denis.add_client("Duteil").await).await;
    assert!(portail.get("").await.expect(200)["freelance"].get("logo").is_none());

    put(&claire, "image/png", png(60, 40)).await.expect(200);
    let shown = portail.get("").await.expect(200);
    let url = shown["freelance"]["logo"].as_str().expect("an address").to_owned();
    let path = url.strip_prefix(&app.base).expect("ours").to_owned();
    let stranger = Bureau::stranger(&app);
    let file = stranger.get(&path).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "image/png"));
    assert!(file.header("cache-control").contains("immutable"), "{}", file.header("cache-control"));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(theirs.get("").await.expect(200)["freelance"].get("logo").is_none());
    let img = format!(r#"<img class="logo" src="{path}" width="60" height="40" alt="">"#);
    for page in [
        format!("/portail/{}", portail.token),
        payer.strip_prefix(&app.base).unwrap().to_owned(),
        "/reglages".into(),
    ] {
        assert!(claire.get(&page).await.text.contains(&img), "{page}");
    }

    // Another one has another address, and the old one is nobody's any more.
    put(&claire, "image/jpeg", JPEG.to_vec()).await.expect(200);
    let after = portail.get("").await.expect(200);
    assert_ne!(after["freelance"]["logo"], Value::String(url));
    assert_eq!(stranger.get(&path).await.status, 404);
    claire.delete("/api/utilisateur/logo").await.expect(200);
    assert!(portail.get("").await.expect(200)["freelance"].get("logo").is_none());
    assert_eq!(app.count("SELECT count(*) FROM logo").await, 0);
}

#[tokio::test]
async fn what_is_no_picture_for_a_page_is_told_at_its_field() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#.to_vec();
    let mut heavy = png(10, 10);
    heavy.resize(100 * 1024 + 1, 0);
    let cut = png(10, 10)[..14].to_vec();
    for (file, code) in [
        (svg, "logo-format"),
        (b"GIF89a\x01\0\x01\0\0\0\0".to_vec(), "logo-format"),
        (cut, "logo-format"),
        (png(0, 10), "logo-dimensions"),
        (png(30_000, 10), "logo-dimensions"),
        (heavy, "fichier-trop-grand-ko"),
        (vec![0; 3 * 1024 * 1024], "fichier-trop-grand-ko"),
        (Vec::new(), "fichier-vide"),
    ] {
        let refused = put(&claire, "image/png", file.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.champs()), (422, vec!["fichier".to_owned()]), "{code}");
        assert!(refused.text.contains(code), "{code} in {}", refused.text);
        let page = send(&claire, file, code).await;
        assert_eq!(page.status, 422, "{code}");
        assert!(page.text.contains(r#"id="logo-fichier""#) && page.text.contains("field__error"), "{code}");
    }
    // Its name and its type say nothing.
    put(&claire, "image/webp", png(20, 20)).await.expect(200);
    assert_eq!(app.count("SELECT count(*) FROM logo WHERE format = 'png' AND largeur = 20").await, 1);
    Answer::of(Bureau::stranger(&app).request(Method::PUT, "/api/utilisateur/logo").body(png(1, 1)))
        .await
        .expect(401);
}

#[tokio::test]
async fn the_form_of_the_settings_adds_and_removes_it() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    assert!(!claire.get("/reglages").await.text.contains("/reglages/logo/retirer"));
    let sent = send(&claire, png(20, 20), "k1").await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    app.until_empty().await;
    assert!(claire.get("/reglages").await.text.contains("/reglages/logo/retirer"));
    let removed =
        Answer::of(claire.request(Method::POST, "/reglages/logo/retirer").form(&[("cle", "k2")])).await;
    assert_eq!(removed.status, 303, "{}", removed.text);
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM logo").await, 0);
}
