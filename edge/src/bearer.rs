//! `Authorization: Bearer guichet_…`: the API token of a freelancer's script. It opens the API alone, and there
//! nothing that makes another way in: no session, no password, no token.
//!
//! A request with one is never judged by its cookie, so that no other site can borrow anything (`csrf`).

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use common::jeton::{API_BYTES, Jeton};

/// What every token begins with: scanners of published code know it by that.
const PREFIX: &str = "guichet_";

/// What a request to this path brings as its token, be it one of ours or not. None on pages, and where another
/// scheme is spoken, a proxy's say.
pub fn of<'a>(headers: &'a HeaderMap, path: &str) -> Option<&'a [u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    // What ends in blanks comes without them: a scheme alone has an empty token, which opens nothing.
    let (scheme, token) = value.split_at(value.iter().position(|byte| *byte == b' ').unwrap_or(value.len()));
    (path.starts_with("/api/") && scheme.eq_ignore_ascii_case(b"Bearer")).then_some(token.trim_ascii_start())
}

/// Reads a token; none if it cannot be one of ours.
pub fn parse(token: &[u8]) -> Option<Jeton> {
    Jeton::parse(std::str::from_utf8(token).ok()?.trim().strip_prefix(PREFIX)?, API_BYTES)
}

/// A new token's text, for the one time that its owner sees it.
pub fn text(jeton: &Jeton) -> String {
    format!("{PREFIX}{}", jeton.expose())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_token_is_read_on_the_api_alone_and_under_its_own_scheme() {
        let read = |value: &'static str, path: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]);
            of(&headers, path).map(<[u8]>::to_vec)
        };
        assert_eq!(read("Bearer x", "/api/clients"), Some(b"x".to_vec()));
        assert_eq!(read("bearer x", "/api/clients"), Some(b"x".to_vec()));
        assert_eq!(read("Bearer", "/api/clients"), Some(Vec::new()));
        assert_eq!(read("Bearers x", "/api/clients"), None);
        assert_eq!(read("Bearer x", "/clients"), None);
        assert_eq!(read("Basic eDp5", "/api/clients"), None);
    }

    #[test]
    fn a_token_reads_as_it_was_shown() {
        let jeton = Jeton::generate::<API_BYTES>(&mut rand::rng());
        let shown = text(&jeton);
        assert_eq!(parse(shown.as_bytes()).unwrap().expose(), jeton.expose());
        assert!(parse(jeton.expose().as_bytes()).is_none() && parse(b"guichet_\xff").is_none());
    }
}
