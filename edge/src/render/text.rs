//! Texts in templates, and what went wrong as a sentence.

use std::collections::BTreeMap;

use common::domaine::Langue;
use common::montant::Devise;
use common::refus::Refus;
use common::texte::{Arguments, lookup, write_montant};
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

/// What went wrong, as a sentence: `erreur-{code}`. An unknown code reads as the general sentence.
pub fn refus(langue: Langue, refus: &Refus) -> String {
    error(langue, &refus.code, &refus.args)
}

/// The sentence of `erreur-{code}`, its placeholders filled from `args`.
pub fn error(langue: Langue, code: &str, args: &BTreeMap<String, String>) -> String {
    let devise = args.get("devise").and_then(|code| Devise::parse(code).ok());
    // An amount reads as on the pages, with its currency.
    let written = |name: &str, value: &str| match devise {
        Some(devise) if ["limite", "du"].contains(&name) => {
            write_montant(langue, value.parse().ok()?, devise)
        }
        _ => None,
    };
    let arguments: Arguments<'_> = args
        .iter()
        .map(|(name, value)| {
            (name.clone().into(), written(name, value).unwrap_or_else(|| value.clone()).into())
        })
        .collect();
    lookup(langue, &format!("erreur-{code}"), &arguments)
        .or_else(|| lookup(langue, "erreur-inattendue", &Arguments::new()))
        .unwrap_or_else(|| code.to_owned())
}

/// `travail(kind)` in templates: what a job was to do, in words; one of a newer version by its own name.
pub(super) fn travail(state: &State<'_, '_>, kind: &str) -> Result<String, Error> {
    let langue = super::format::cadre(state)?.langue;
    Ok(lookup(langue, &format!("travail-{kind}"), &Arguments::new()).unwrap_or_else(|| kind.to_owned()))
}

/// `t("clef", nom=valeur)` in templates: a text in the reader's language. A text that does not exist
/// fails the page, so that the test which renders every page finds it.
pub(super) fn t(state: &State<'_, '_>, key: &str, kwargs: Kwargs) -> Result<String, Error> {
    let langue = super::format::cadre(state)?.langue;
    let mut arguments = Arguments::new();
    for name in kwargs.args() {
        let value: Value = kwargs.get(name)?;
        let argument = match value.kind() {
            ValueKind::Number => f64::try_from(value)?.into(),
            _ => value.to_string().into(),
        };
        arguments.insert(name.to_owned().into(), argument);
    }
    lookup(langue, key, &arguments)
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no text {key} in {langue}")))
}
