//! What the templates, the texts and the style sheet hold: nothing unsaid in a language, nothing unused.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::texts;

/// Names that are the same in every language, and what stands between two values.
const SAME_EVERYWHERE: [&str; 2] = ["Guichet", "Stripe"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files under a folder whose names end so: path and text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.to_string_lossy().into_owned(), text));
            }
        }
    }
    found
}

/// A text without what stands between two marks.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        kept.push_str(before);
        kept.push(' ');
        rest = after.split_once(close).map_or("", |(_, rest)| rest);
    }
    kept + rest
}

/// A text without the attributes in it: a macro may write some for the tag that calls it.
fn without_attributes(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("=\"") {
        kept.push_str(before.trim_end_matches(|c: char| c.is_alphabetic() || c == '-'));
        rest = after.split_once('"').map_or("", |(_, rest)| rest);
    }
    kept + rest
}

/// The words of a template that are no locale file's: between the tags, and in the attributes that are read
/// to people.
fn bare_words(template: &str) -> Vec<String> {
    let html = without(&without(&without(template, "{#", "#}"), "{{", "}}"), "{%", "%}");
    let mut said = without_attributes(&without(&html, "<", ">"));
    for attribute in [" aria-label=\"", " title=\"", " alt=\"", " placeholder=\"", " content=\"Gui"] {
        for value in html.split(attribute).skip(1) {
            said.push(' ');
            said.push_str(value.split('"').next().unwrap_or_default());
        }
    }
    said.split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty() && !SAME_EVERYWHERE.contains(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_template_speaks_past_the_locale_files() {
    for (path, template) in files("templates", ".html") {
        assert_eq!(bare_words(&template), [""; 0], "{path}");
    }
}

#[test]
fn a_word_in_a_template_is_found() {
    assert_eq!(bare_words(r#"<p class="a">{{ t("b") }} Payer</p>"#), ["Payer"]);
    assert_eq!(bare_words(r#"<a aria-label="{{ t("b") }} ici" href="/">{# mot #}</a>"#), ["ici"]);
    assert_eq!(bare_words(r#"{% macro a(x) %} id="{{ x }}-e" title="Fermer"{% endmacro %}"#), ["Fermer"]);
    assert_eq!(bare_words(r#"<b title="Fermer">{% if a > b %}{% endif %}Guichet</b>"#), ["Fermer"]);
}

/// The words of a source, as identifiers are.
fn words(source: &str) -> impl Iterator<Item = &str> {
    source.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').filter(|word| !word.is_empty())
}

#[test]
fn every_text_is_said_somewhere() {
    let sources: Vec<_> = ["common/src", "edge/src", "worker/src"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .chain(files("templates", ".html"))
        .filter(|(path, _)| !path.contains("/tests"))
        .collect();
    let known: BTreeSet<_> = sources.iter().flat_map(|(_, source)| words(source)).collect();
    // `t("statut-ticket-" ~ code)`: the first half of a name that ends elsewhere.
    let beginnings: Vec<_> = known.iter().filter(|word| word.ends_with('-') && word.len() > 2).collect();
    for key in texts("fr").keys() {
        let said = known.contains(key.as_str())
            || key.strip_prefix("erreur-").is_some_and(|code| known.contains(code))
            || beginnings.iter().any(|start| {
                key.strip_prefix(**start).is_some_and(|end| {
                    // The end may be composed too: `-phrase` after a state.
                    known.contains(end) || end.split('-').all(|part| known.contains(part))
                })
            });
        assert!(said, "{key} is said nowhere");
    }
}

#[test]
fn every_rule_of_the_style_sheet_has_something_to_rule() {
    let css = std::fs::read_to_string(root().join("templates/assets/guichet.css")).unwrap();
    let css = without(&css, "/*", "*/");
    let mut classes = BTreeSet::new();
    for rule in css.split('{') {
        // What stands before a block, after the end of the one before: its selectors.
        let selectors = rule.rsplit(['}', ';']).next().unwrap_or_default();
        for class in selectors.split('.').skip(1) {
            let end =
                class.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(class.len());
            if class.starts_with(|c: char| c.is_ascii_alphabetic()) {
                classes.insert(class[..end].to_owned());
            }
        }
    }
    assert!(classes.len() > 80, "the style sheet reads as {} classes", classes.len());
    let sources = [files("templates", ".html"), files("templates", ".js")].concat();
    let used: BTreeSet<_> = sources.iter().flat_map(|(_, source)| words(source)).collect();
    for class in classes {
        let composed =
            class.split_once("--").is_some_and(|(block, _)| used.contains(format!("{block}--").as_str()));
        assert!(used.contains(class.as_str()) || composed, ".{class} is on no page");
    }
}

#[test]
fn every_job_has_words_in_every_language() {
    macro_rules! kinds {
        ($($Job:ident),+ $(,)?) => { [$(<common::jobs::$Job as common::job::Job>::KIND),+] };
    }
    for kind in common::each_job!(kinds) {
        for &langue in common::domaine::Langue::ALL {
            let words =
                common::texte::lookup(langue, &format!("travail-{kind}"), &common::texte::Arguments::new());
            assert!(words.is_some(), "no words for {kind} in {langue}");
        }
    }
}
