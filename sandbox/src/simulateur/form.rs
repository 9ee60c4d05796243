//! Stripe's request parameters: forms whose names nest with brackets, read strictly.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Result, StripeError};

/// A parameter: a text, or parameters below it (`a[b]`, `a[0]`, `a[]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    Text(String),
    Group(BTreeMap<String, Param>),
}

/// Reads a form or a query.
pub(crate) fn parse(text: &[u8]) -> Result<BTreeMap<String, Param>> {
    let mut root = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(text) {
        let (first, rest) = name.split_once('[').unwrap_or((&name, ""));
        let mut steps = vec![first];
        steps.extend(rest.split_terminator(']').map(|step| step.trim_start_matches('[')));
        insert(&mut root, &steps, value.into_owned(), &name)?;
    }
    Ok(root)
}

/// The parameters in one fixed order: equal texts are equal requests.
pub(crate) fn canonical(params: &BTreeMap<String, Param>) -> String {
    format!("{params:?}")
}

fn insert(group: &mut BTreeMap<String, Param>, steps: &[&str], value: String, name: &str) -> Result<()> {
    let mixed = || StripeError::invalid(name, format!("Invalid object: {name}"));
    let (step, below) = steps.split_first().ok_or_else(mixed)?;
    // `types[]=a&types[]=b` is a list; its places are numbered as they come.
    let step = if step.is_empty() { group.len().to_string() } else { (*step).to_owned() };
    if below.is_empty() {
        // A later value of the same name wins, as it does at Stripe.
        if matches!(group.get(&step), Some(Param::Group(_))) {
            return Err(mixed());
        }
        group.insert(step, Param::Text(value));
        return Ok(());
    }
    match group.entry(step).or_insert_with(|| Param::Group(BTreeMap::new())) {
        Param::Group(inner) => insert(inner, below, value, name),
        Param::Text(_) => Err(mixed()),
    }
}

/// One level of parameters; each is asked for by name, and what nobody asked for is unknown.
pub(crate) struct Fields<'a> {
    path: String,
    group: &'a BTreeMap<String, Param>,
    known: BTreeSet<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(group: &'a BTreeMap<String, Param>) -> Self {
        Self { path: String::new(), group, known: BTreeSet::new() }
    }

    /// The parameter's full name, as it stands in the request.
    pub(crate) fn name(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}[{name}]", self.path) }
    }

    fn get(&mut self, name: &'static str) -> Option<&'a Param> {
        self.known.insert(name);
        self.group.get(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.group.contains_key(name)
    }

    pub(crate) fn is_text(&self, name: &str) -> bool {
        matches!(self.group.get(name), Some(Param::Text(_)))
    }

    pub(crate) fn text(&mut self, name: &'static str, at_most: usize) -> Result<Option<String>> {
        let full = self.name(name);
        match self.get(name) {
            None => Ok(None),
            Some(Param::Group(_)) => Err(StripeError::invalid(full, "Invalid string: must be a string")),
            Some(Param::Text(text)) if text.is_empty() => {
                let message = format!(
                    "You passed an empty string for '{full}'. We assume empty values are an attempt to unset a \
                     parameter; however '{full}' cannot be unset. You should remove '{full}' from your request \
                     or supply a non-empty value."
                );
                Err(StripeError::invalid(full, message).code("parameter_invalid_empty"))
            }
            Some(Param::Text(text)) if text.chars().count() > at_most => {
                let message = format!("Invalid string: must be at most {at_most} characters");
                Err(StripeError::invalid(full, message).code("parameter_invalid_string_too_long"))
            }
            Some(Param::Text(text)) => Ok(Some(text.clone())),
        }
    }

    pub(crate) fn required(&mut self, name: &'static str, at_most: usize) -> Result<String> {
        let full = self.name(name);
        self.text(name, at_most)?.ok_or_else(|| StripeError::missing(full))
    }

    pub(crate) fn integer(&mut self, name: &'static str) -> Result<Option<i64>> {
        let full = self.name(name);
        self.text(name, 64)?
            .map(|text| {
                text.parse().map_err(|_| {
                    let message = format!("Invalid integer: {text}");
                    StripeError::invalid(full, message).code("parameter_invalid_integer")
                })
            })
            .transpose()
    }

    pub(crate) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>> {
        let full = self.name(name);
        match self.text(name, 64)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(StripeError::invalid(full, format!("Invalid boolean: {other}"))),
        }
    }

    pub(crate) fn one_of(&mut self, name: &'static str, words: &[&str]) -> Result<Option<String>> {
        let full = self.name(name);
        match self.text(name, 5000)? {
            Some(word) if !words.contains(&word.as_str()) => {
                let list = match words {
                    [one] => (*one).to_owned(),
                    [one, two] => format!("{one} or {two}"),
                    [first @ .., last] => format!("{}, or {last}", first.join(", ")),
                    [] => String::new(),
                };
                Err(StripeError::invalid(full.clone(), format!("Invalid {full}: must be one of {list}")))
            }
            word => Ok(word),
        }
    }

    /// An address on the web or of an app: it must have a scheme.
    pub(crate) fn url(&mut self, name: &'static str) -> Result<Option<String>> {
        let full = self.name(name);
        let text = self.text(name, 5000)?;
        if text.as_ref().is_some_and(|text| url::Url::parse(text).is_err()) {
            return Err(StripeError::invalid(full, "Not a valid URL").code("url_invalid"));
        }
        Ok(text)
    }

    /// At most 50 keys of at most 40 characters, values of at most 500; an empty value unsets its key.
    pub(crate) fn metadata(&mut self, name: &'static str) -> Result<BTreeMap<String, String>> {
        let full = self.name(name);
        let invalid = |message: &str| StripeError::invalid(full.clone(), message);
        let mut metadata = BTreeMap::new();
        match self.get(name) {
            None => {}
            Some(Param::Text(text)) if text.is_empty() => {}
            Some(Param::Text(_)) => return Err(invalid("Invalid object: metadata must be an object")),
            Some(Param::Group(group)) => {
                for (key, value) in group {
                    let Param::Text(value) = value else {
                        return Err(invalid("Metadata values must be strings"));
                    };
                    if key.is_empty() || key.chars().count() > 40 {
                        return Err(invalid("Metadata keys can have at most 40 characters"));
                    }
                    if value.chars().count() > 500 {
                        return Err(invalid("Metadata values can have up to 500 characters"));
                    }
                    if !value.is_empty() {
                        metadata.insert(key.clone(), value.clone());
                    }
                }
                if metadata.len() > 50 {
                    return Err(invalid("You can only have up to 50 metadata keys"));
                }
            }
        }
        Ok(metadata)
    }

    pub(crate) fn object(&mut self, name: &'static str) -> Result<Option<Fields<'a>>> {
        let path = self.name(name);
        match self.get(name) {
            None => Ok(None),
            Some(Param::Group(group)) => Ok(Some(Fields { path, group, known: BTreeSet::new() })),
            Some(Param::Text(_)) => Err(StripeError::invalid(path, "Invalid object")),
        }
    }

    /// The objects of a list, in the order of their numbers.
    pub(crate) fn objects(&mut self, name: &'static str) -> Result<Vec<Fields<'a>>> {
        let path = self.name(name);
        let mut found = Vec::new();
        for (number, param) in self.items(name)? {
            match param {
                Param::Group(group) => {
                    found.push(Fields { path: format!("{path}[{number}]"), group, known: BTreeSet::new() });
                }
                Param::Text(_) => {
                    return Err(StripeError::invalid(format!("{path}[{number}]"), "Invalid object"));
                }
            }
        }
        Ok(found)
    }

    /// The texts of a list, in the order of their numbers.
    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>> {
        let path = self.name(name);
        let mut found = Vec::new();
        for (number, param) in self.items(name)? {
            match param {
                Param::Text(text) => found.push(text.clone()),
                Param::Group(_) => {
                    return Err(StripeError::invalid(format!("{path}[{number}]"), "Invalid string"));
                }
            }
        }
        Ok(found)
    }

    fn items(&mut self, name: &'static str) -> Result<Vec<(usize, &'a Param)>> {
        let full = self.name(name);
        let invalid = || StripeError::invalid(full.clone(), "Invalid array");
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Param::Text(text)) if text.is_empty() => Ok(Vec::new()),
            Some(Param::Text(_)) => Err(invalid()),
            Some(Param::Group(group)) => {
                let mut items = Vec::new();
                for (number, param) in group {
                    items.push((number.parse().map_err(|_| invalid())?, param));
                }
                items.sort_by_key(|(number, _)| *number);
                Ok(items)
            }
        }
    }

    /// Known to Stripe, without effect here.
    pub(crate) fn without_effect(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(self) -> Result<()> {
        let unknown: Vec<_> =
            self.group.keys().filter(|k| !self.known.contains(k.as_str())).map(|k| self.name(k)).collect();
        if unknown.is_empty() { Ok(()) } else { Err(StripeError::unknown(&unknown)) }
    }
}
