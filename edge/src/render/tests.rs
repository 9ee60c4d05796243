//! Every page template, strictly, in both languages, with every part of it filled; the texts and formats.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use minijinja::value::Serde;
use serde_json::json;

use super::*;
use common::texte::write_montant;

mod contexts;
mod sources;

fn cadre(langue: Langue) -> Cadre {
    let maintenant = DateTime::parse_from_rfc3339("2026-11-23T14:32:08+01:00").unwrap();
    Cadre { langue, fuseau: chrono_tz::Europe::Paris, maintenant: maintenant.to_utc() }
}

/// Renders a one-line template for a reader.
fn say(langue: Langue, template: &str, context: serde_json::Value) -> String {
    let mut env = environment();
    env.add_template_owned("ici.html", template.to_owned()).unwrap();
    let cadre = Value::from_object(cadre(langue));
    let page = Value::from(Serde(context));
    env.get_template("ici.html").unwrap().render(context! { cadre, ..page }).unwrap()
}

#[test]
fn every_page_renders_strictly_in_both_languages() {
    let mut seen = BTreeSet::new();
    for langue in Langue::ALL {
        for (template, context) in contexts::all() {
            let html = render(template, &cadre(*langue), Value::from(Serde(context)))
                .unwrap_or_else(|error| panic!("{template} in {langue}: {error:#}"));
            assert!(html.starts_with("<!doctype html>"), "{template}");
            assert!(html.contains(&format!("<html lang=\"{langue}\">")), "{template}");
            assert!(!html.contains(" style=") && !html.contains("<script>"), "{template}");
            // What people write is text: the samples hold a tag.
            assert!(!html.contains("<i>"), "{template} does not escape");
            // The script puts the new region where the one of its name stands.
            let regions: Vec<_> =
                html.split(" data-region=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let named: BTreeSet<_> = regions.iter().collect();
            assert_eq!(regions.len(), named.len(), "{template}: {regions:?}");
            seen.insert(template);
        }
    }
    for langue in Langue::ALL {
        let cadre = cadre(*langue);
        render("styleguide.html", &cadre, crate::pages::styleguide::page(&cadre)).unwrap();
        seen.insert("styleguide.html");
    }
    let parts = [
        "base.html",
        "bureau.html",
        "comptoir.html",
        "public.html",
        "composants.html",
        "evenements.html",
        "icones.html",
    ];
    let pages: BTreeSet<_> =
        TEMPLATES.templates().map(|(name, _)| name).filter(|name| !parts.contains(name)).collect();
    assert_eq!(seen, pages, "every page has its sample contexts");
}

#[test]
fn client_pages_speak_the_client_s_words() {
    for (template, context) in contexts::all() {
        if !["portail", "payer"].iter().any(|tree| template.starts_with(tree)) {
            continue;
        }
        let html = render(template, &cadre(Langue::Fr), Value::from(Serde(context))).unwrap();
        let text = visible(&html).to_lowercase();
        for word in ["opportunité", "opportunite", "token", "jeton", "job", "session"] {
            assert!(!text.contains(word), "{template} says « {word} »");
        }
    }
}

/// What a page says, without its tags.
fn visible(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let mut text = String::new();
    let mut rest = body.split_once('>').map_or("", |(_, rest)| rest);
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text + rest
}

/// The texts of a language: key, and what follows it.
fn texts(langue: &str) -> BTreeMap<String, String> {
    let folder = format!("{}/../templates/locales/{langue}", env!("CARGO_MANIFEST_DIR"));
    let mut texts = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut key = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let (name, text) = line.split_once('=').unwrap();
                key = name.trim().to_owned();
                let twice = texts.insert(key.clone(), text.to_owned());
                assert_eq!(twice, None, "{key} stands twice in {langue}");
            } else if let Some(text) = texts.get_mut(&key) {
                text.push('\n');
                text.push_str(line);
            }
        }
    }
    texts
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('$')
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(""))
        .collect()
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_arguments() {
    let (fr, en) = (texts("fr"), texts("en"));
    let keys = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&fr), keys(&en));
    for (key, text) in &fr {
        assert_eq!(placeholders(text), placeholders(&en[key]), "{key}");
    }
}

#[test]
fn french_punctuation_never_stands_alone_on_a_line() {
    for (key, text) in texts("fr") {
        let wrong = [" ;", " :", " !", " ?", " €", " »", "« "].iter().find(|it| text.contains(**it));
        assert_eq!(wrong, None, "{key}: a narrow no-break space is wanted");
        assert!(!text.contains('\''), "{key}: an apostrophe is ’");
    }
}

#[test]
fn amounts_read_as_people_write_them() {
    let write = |langue, amount: &str, code: &str| {
        write_montant(langue, amount.parse().unwrap(), code.to_owned().try_into().unwrap()).unwrap()
    };
    assert_eq!(write(Langue::Fr, "1234.56", "EUR"), "1\u{202f}234,56\u{202f}€");
    assert_eq!(write(Langue::Fr, "1400.000", "CHF"), "1\u{202f}400,00\u{a0}CHF");
    assert_eq!(write(Langue::Fr, "-160", "EUR"), "−160,00\u{202f}€");
    assert_eq!(write(Langue::Fr, "500", "JPY"), "500\u{a0}JPY");
    assert_eq!(write(Langue::En, "1234.56", "EUR"), "€1,234.56");
    assert_eq!(write(Langue::En, "1234567", "USD"), "$1,234,567.00");
    assert_eq!(write(Langue::En, "1400", "CHF"), "CHF\u{a0}1,400.00");
}

#[test]
fn numbers_within_a_text_stand_in_thousands() {
    for (langue, days) in
        [(Langue::Fr, "en retard de 1\u{202f}234\u{a0}jours"), (Langue::En, "1,234\u{a0}days late")]
    {
        let text = say(langue, "{{ t('en-retard-de', jours=1234) }}", serde_json::json!({}));
        assert!(text.ends_with(days), "{text}");
    }
}

#[test]
fn dates_read_as_people_write_them_in_their_own_zone() {
    let context = json!({ "jour": "2026-11-20", "nuit": "2026-11-22T23:30:00Z", "premier": "2025-05-01" });
    let fr = |template: &str| say(Langue::Fr, template, context.clone());
    let en = |template: &str| say(Langue::En, template, context.clone());
    assert_eq!(fr("{{ jour|jour }}"), "20\u{a0}nov.");
    assert_eq!(fr("{{ premier|jour }}"), "1er\u{a0}mai 2025");
    assert_eq!(fr("{{ jour|jour_long }}"), "vendredi 20\u{a0}novembre 2026");
    assert_eq!(fr("{{ jour|jour_semaine|capitale }}"), "Vendredi 20\u{a0}novembre");
    // Half past midnight of the next day in Paris.
    assert_eq!(fr("{{ nuit|moment }}"), "23\u{a0}nov., 00:30");
    assert_eq!(fr("{{ jour|ecart }} {{ nuit|ecart }}"), "3 0");
    assert_eq!(en("{{ jour|jour_long }}"), "Friday 20\u{a0}November 2026");
    assert_eq!(en("{{ nuit|moment }}"), "23\u{a0}Nov, 00:30");
}

#[test]
fn what_people_write_is_text() {
    let html = say(
        Langue::Fr,
        "{{ texte }}|{{ t('fait-CreateClient') }}",
        json!({ "texte": "<a href='/x'>\"&\"</a>" }),
    );
    assert_eq!(html, "&lt;a href=&#39;/x&#39;&gt;&#34;&amp;&#34;&lt;/a&gt;|Client ajouté.");
}

#[test]
fn a_refusal_is_a_sentence_even_when_its_code_is_new() {
    let args = BTreeMap::from([("max".to_owned(), "200".to_owned())]);
    assert_eq!(text::error(Langue::Fr, "champ-trop-long", &args), "200 caractères au plus.");
    assert_eq!(text::error(Langue::En, "un-code-de-demain", &args), "The request did not succeed.");
}
