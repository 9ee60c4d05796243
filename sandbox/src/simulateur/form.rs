//! Stripe's request parameters, read strictly.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Result, StripeError};
use super::param::Param;

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

    /// An amount in minor units that is not negative.
    pub(crate) fn amount(&mut self, name: &'static str) -> Result<i64> {
        let full = self.name(name);
        let amount = self.integer(name)?.ok_or_else(|| StripeError::missing(full.clone()))?;
        if amount < 0 {
            let message = "This value must be greater than or equal to 0.";
            return Err(StripeError::invalid(full, message).code("parameter_invalid_integer"));
        }
        Ok(amount)
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
        let message = match &text {
            // `localhost:8080/merci` has no scheme either, although it parses as if it had one.
            Some(text) if !text.contains("://") => {
                "Invalid URL: An explicit scheme (such as https) must be provided."
            }
            Some(text) if text.chars().count() > 2048 => "Invalid URL: URL must be 2048 characters or less.",
            Some(text) if url::Url::parse(text).is_err() => "Not a valid URL",
            _ => return Ok(text),
        };
        Err(StripeError::invalid(full, message).code("url_invalid"))
    }

    pub(crate) fn email(&mut self, name: &'static str) -> Result<Option<String>> {
        let full = self.name(name);
        let text = self.text(name, 512)?;
        let whole = |text: &String| {
            text.split_once('@').is_some_and(|(who, host)| {
                !who.is_empty()
                    && host.contains('.')
                    && !host.starts_with('.')
                    && !text.contains(char::is_whitespace)
            })
        };
        match text {
            Some(text) if !whole(&text) => {
                let message = format!("Invalid email address: {text}");
                Err(StripeError::invalid(full, message).code("email_invalid"))
            }
            text => Ok(text),
        }
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
