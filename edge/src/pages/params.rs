//! The query string of a page: read leniently, a page is shown whatever stands there.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use url::form_urlencoded;

/// The longest value that a page looks at.
const VALUE_MAX: usize = 500;

/// The parameters of a page's address. Of a name that stands there twice the first counts.
#[derive(Debug, Clone, Default)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads a query string.
    pub fn of(query: &str) -> Self {
        let mut params = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).take(50) {
            // What Postgres's text cannot hold cannot be looked for either.
            let value: String = value.chars().filter(|c| *c != '\0').take(VALUE_MAX).collect();
            params.entry(name.into_owned()).or_insert(value);
        }
        Self(params)
    }

    /// What stands under a name, if anything does.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// What stands under a name, if it can be read as a `T`.
    pub fn parse<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// These parameters as a query string that another can be appended to: `a=1&b=2&`, or nothing.
    pub fn query(&self, names: &[&str]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for name in names {
            if let Some(value) = self.get(name) {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { query } else { query + "&" }
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_takes_what_it_can_read_and_lets_the_rest_be() {
        let params = Params::of("q=%20a%00b%20&q=c&n=7&vide=&mauvais=%FF&accent=%C3%A9");
        assert_eq!(params.get("q"), Some("ab"));
        assert_eq!(params.parse::<u8>("n"), Some(7));
        assert_eq!(params.parse::<u8>("q"), None);
        assert_eq!(params.get("vide"), None);
        assert_eq!(params.query(&["n", "absent", "accent"]), "n=7&accent=%C3%A9&");
        assert_eq!(params.query(&[]), "");
    }
}
