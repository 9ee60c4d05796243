//! `make captures`: a picture of every page in every state, on a phone and on a desk, in the light and in the
//! dark, in French and in English, under `target/captures` with an `index.html` to look through them.
//! A word narrows it down: `make captures ECRANS=portail`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use tests::Browser;
use tests::ecrans::{Monde, VIEWS};

#[tokio::main]
async fn main() -> Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let folder = sandbox::place::repository().join("target/captures");
    std::fs::create_dir_all(&folder)?;
    let browser = Browser::open(true).await;
    let mut index = String::new();
    for langue in ["fr", "en"] {
        let mut monde = Monde::start(langue).await;
        browser.accept_language(langue).await;
        let mut signed_in = None;
        for ecran in &monde.ecrans.clone() {
            if !ecran.nom.contains(&wanted) {
                continue;
            }
            browser.look_through(1280, false).await;
            monde.open(&browser, ecran, &mut signed_in).await;
            writeln!(index, "<h2>{} ({langue})</h2>", ecran.nom)?;
            for (width, dark) in VIEWS {
                browser.look_through(width, dark).await;
                let theme = if dark { "sombre" } else { "clair" };
                let file = format!("{}-{langue}-{width}-{theme}.png", ecran.nom);
                std::fs::write(folder.join(&file), browser.picture().await)?;
                writeln!(
                    index,
                    "<a href=\"{file}\"><img src=\"{file}\" alt=\"{file}\" height=\"420\" loading=\"lazy\"></a>"
                )?;
            }
        }
    }
    browser.close().await;
    finish(&folder, &index)
}

fn finish(folder: &Path, index: &str) -> Result<()> {
    let file = folder.join("index.html");
    std::fs::write(&file, format!("<!doctype html><meta charset=\"utf-8\"><title>Captures</title>{index}"))?;
    sandbox::say(&file.display().to_string());
    Ok(())
}
