//! The texts of the locale files: `templates/locales/{fr,en}/*.ftl`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use common::domaine::Langue;
use common::refus::Refus;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, static_loader};
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

static_loader! {
    static TEXTS = {
        locales: "../templates/locales",
        fallback_language: "fr",
        // The marks that isolate the direction of arguments would stand in copied amounts and links.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static LANGUES: LazyLock<HashMap<Langue, LanguageIdentifier>> = LazyLock::new(|| {
    Langue::ALL.iter().filter_map(|langue| Some((*langue, langue.as_str().parse().ok()?))).collect()
});

type Arguments<'a> = HashMap<Cow<'static, str>, FluentValue<'a>>;

/// A text in one language. `None` when it does not exist or an argument is missing.
pub fn lookup(langue: Langue, key: &str, arguments: &Arguments<'_>) -> Option<String> {
    TEXTS.lookup_single_language(LANGUES.get(&langue)?, key, Some(arguments)).ok()
}

/// What went wrong, as a sentence: `erreur-{code}`. An unknown code reads as the general sentence.
pub fn refus(langue: Langue, refus: &Refus) -> String {
    error(langue, &refus.code, &refus.args)
}

/// The sentence of `erreur-{code}`, its placeholders filled from `args`.
pub fn error(langue: Langue, code: &str, args: &BTreeMap<String, String>) -> String {
    let arguments: Arguments<'_> =
        args.iter().map(|(name, value)| (name.clone().into(), value.as_str().into())).collect();
    lookup(langue, &format!("erreur-{code}"), &arguments)
        .or_else(|| lookup(langue, "erreur-inattendue", &Arguments::new()))
        .unwrap_or_else(|| code.to_owned())
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
