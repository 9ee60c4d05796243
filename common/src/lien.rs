//! The links that people copy, mail and follow, all built from `PUBLIC_URL`.

use url::Url;

use crate::jeton::{Jeton, PAYER_BYTES};

/// `PUBLIC_URL` without a trailing slash: the root of every link that leaves the product.
#[derive(Debug, Clone)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Takes a checked `PUBLIC_URL`: http or https, a host, no path.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let plain = url.username().is_empty() && url.password().is_none();
        if matches!(url.scheme(), "http" | "https") && url.has_host() && bare && plain {
            Ok(Self(url))
        } else {
            Err("must be http(s)://host[:port] without a path".into())
        }
    }

    /// The origin, as browsers send it in `Origin`: `https://guichet.example`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether cookies can be `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The client's private page.
    #[must_use]
    pub fn portail(&self, jeton: &Jeton) -> String {
        format!("{}/portail/{}", self.origin(), jeton.expose())
    }

    /// The durable payment link of one deal.
    #[must_use]
    pub fn payer(&self, jeton: &Jeton) -> String {
        format!("{}/payer/{}", self.origin(), jeton.expose())
    }

    /// The page where the first user is made, once.
    #[must_use]
    pub fn installation(&self, jeton: &Jeton) -> String {
        format!("{}/installation/{}", self.origin(), jeton.expose())
    }

    /// The page where a forgotten password is set anew, once.
    #[must_use]
    pub fn mot_de_passe(&self, jeton: &Jeton) -> String {
        format!("{}/mot-de-passe/{}", self.origin(), jeton.expose())
    }

    /// Anything else of ours, by its path.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The host: what Message-IDs end with.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Where Stripe is to send its events.
    #[must_use]
    pub fn webhook(&self) -> String {
        format!("{}/api/webhooks/stripe", self.origin())
    }
}

/// The text with `/payer/…` for every payment link. Stripe repeats the session's `success_url` and
/// `cancel_url`, which hold the link's token: kept, it would stand readable in Redis and in Postgres, where
/// only its hash belongs. What an event means does not hang on it.
#[must_use]
pub fn without_payer_tokens(text: &str) -> String {
    const PATH: &str = "/payer/";
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(PATH) {
        let (before, after) = rest.split_at(at + PATH.len());
        let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let token = after.bytes().take_while(is_hex).take(PAYER_BYTES * 2).count();
        if token == PAYER_BYTES * 2 {
            kept.push_str(before);
            kept.push('…');
            rest = &after[token..];
        } else {
            // The last slash may begin the next path.
            kept.push_str(&rest[..at + PATH.len() - 1]);
            rest = &rest[at + PATH.len() - 1..];
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::without_payer_tokens;

    #[test]
    fn a_payment_link_s_token_is_not_kept() {
        let token = "0123456789abcdef".repeat(4);
        let body = format!(
            r#"{{"a":"https://g.example/payer/{token}?retour=1","b":"https://g.example/payer/{token}"}}"#
        );
        let expected = r#"{"a":"https://g.example/payer/…?retour=1","b":"https://g.example/payer/…"}"#;
        assert_eq!(without_payer_tokens(&body), expected);
        for other in ["/payer/", "é/payer/é", &format!("/payer/{}", &token[1..]), "/payer/payer/abc"] {
            assert_eq!(without_payer_tokens(other), other);
        }
        assert_eq!(without_payer_tokens(&format!("/payer/payer/{token}")), "/payer/payer/…");
    }
}
