//! Forms whose names nest with brackets, as Stripe's requests are written.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::{Result, StripeError};

/// A parameter: a text, or parameters below it (`a[b]`, `a[0]`, `a[]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    Text(String),
    Group(BTreeMap<String, Param>),
}

impl Param {
    /// As JSON: every text stays a text, and what is numbered is a list.
    pub(crate) fn json(&self) -> Value {
        let group = match self {
            Self::Text(text) => return Value::from(text.as_str()),
            Self::Group(group) => group,
        };
        let mut items: Vec<_> =
            group.iter().filter_map(|(key, item)| Some((key.parse::<usize>().ok()?, item.json()))).collect();
        if items.len() < group.len() || items.is_empty() {
            return group.iter().map(|(key, item)| (key.clone(), item.json())).collect();
        }
        items.sort_by_key(|(number, _)| *number);
        items.into_iter().map(|(_, item)| item).collect()
    }
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
