//! Why something was refused, as data: a code, a field, arguments. The sentence is made when it is
//! read, in the reader's language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The kind of a refusal, which gives the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusKind {
    /// It does not exist, or is not yours: 404.
    NotFound,
    /// It is not possible in the present state: 409.
    Conflict,
    /// A field is wrong: 422.
    Invalid,
}

/// A refusal that a person can read and mend. Stored in `job_resultat.erreur` and shown by the edge.
///
/// `code` names a text of the locale files (`erreur-{code}`); `args` fill its placeholders and hold
/// no secret and no sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code} ({champ:?})")]
pub struct Refus {
    /// 404, 409 or 422.
    pub kind: RefusKind,
    /// The text's name, kebab-case: `champ-requis`, `opportunite-non-gagnee`.
    pub code: String,
    /// The form field that is wrong, spelt as in the JSON body (`montantEstime`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub champ: Option<String>,
    /// What the text's placeholders stand for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Refus {
    /// It does not exist, or belongs to somebody else: the two look the same.
    #[must_use]
    pub fn not_found() -> Self {
        Self { kind: RefusKind::NotFound, code: "introuvable".into(), champ: None, args: BTreeMap::new() }
    }

    /// The present state does not allow it.
    #[must_use]
    pub fn conflict(code: &str) -> Self {
        Self { kind: RefusKind::Conflict, code: code.into(), champ: None, args: BTreeMap::new() }
    }

    /// The field `champ` is wrong.
    #[must_use]
    pub fn invalid(champ: &str, code: &str) -> Self {
        Self { kind: RefusKind::Invalid, code: code.into(), champ: Some(champ.into()), args: BTreeMap::new() }
    }

    /// Names what a placeholder of the text stands for.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.into(), value.to_string());
        self
    }
}
