//! The links that people copy, mail and follow, all built from `PUBLIC_URL`.

use url::Url;

use crate::jeton::Jeton;

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

    /// One of the freelancer's pages, by its path.
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
