//! Stripe's webhook signature: HMAC-SHA256 over the time and the raw body (Stripe's documentation,
//! "Verify webhook signatures manually").

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// How far a signature's time may be from ours, in seconds.
const TOLERANCE: u64 = 300;
/// Signatures that one header may carry; Stripe sends one for each secret that is being rotated.
const SIGNATURES_MAX: usize = 16;

/// The signature that a request carries, if it is one: from `Stripe-Signature`, with a time and at least one
/// signature in it. Whose it is only [`verify`] knows.
pub fn of(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get("stripe-signature")?.to_str().ok()?;
    let (time, signatures) = parse(header)?;
    (time.parse::<i64>().is_ok() && !signatures.is_empty()).then_some(header)
}

/// Whether one of our secrets signed this body at about `now`. A blank secret signs nothing.
pub fn verify(header: &str, body: &[u8], secrets: &[SecretString], now: DateTime<Utc>) -> bool {
    let Some((time, signatures)) = parse(header) else {
        return false;
    };
    let Ok(moment) = time.parse::<i64>() else {
        return false;
    };
    if now.timestamp().abs_diff(moment) > TOLERANCE {
        return false;
    }
    let mut valid = Choice::from(0);
    for secret in secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.trim().is_empty()) {
        let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            continue;
        };
        hmac.update(time.as_bytes());
        hmac.update(b".");
        hmac.update(body);
        let expected = hmac.finalize().into_bytes();
        for signature in &signatures {
            valid |= expected.ct_eq(signature);
        }
    }
    valid.into()
}

/// The time as it was signed, and the well-formed `v1` signatures.
fn parse(header: &str) -> Option<(&str, Vec<[u8; 32]>)> {
    let mut time = None;
    let mut signatures = Vec::new();
    for (name, value) in header.split(',').filter_map(|part| part.trim().split_once('=')) {
        match name {
            "t" if time.is_none() => time = Some(value),
            "t" => return None,
            "v1" if signatures.len() < SIGNATURES_MAX => {
                let mut signature = [0; 32];
                if hex::decode_to_slice(value, &mut signature).is_ok() {
                    signatures.push(signature);
                }
            }
            _ => {}
        }
    }
    time.map(|time| (time, signatures))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const T: i64 = 1_700_000_000;

    fn sign(secret: &str, time: &str, body: &[u8]) -> String {
        let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        hmac.update(&[time.as_bytes(), b".", body].concat());
        hex::encode(hmac.finalize().into_bytes())
    }

    fn passes(header: &str, secrets: &[&str], offset: i64) -> bool {
        let secrets: Vec<_> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        verify(header, BODY, &secrets, DateTime::from_timestamp(T + offset, 0).unwrap())
    }

    #[test]
    fn a_known_answer_of_stripe_s_scheme() {
        // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        let expected = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
        assert_eq!(sign("whsec_test", "1700000000", BODY), expected);
        assert!(passes(&format!("t={T},v1={expected}"), &["whsec_test"], 0));
    }

    #[test]
    fn any_of_the_signatures_by_any_of_the_secrets_will_do() {
        let valid = sign("whsec_a", "1700000000", BODY);
        let wrong = "00".repeat(32);
        assert!(passes(&format!("t={T},v1={valid}"), &["whsec_a"], 0));
        assert!(passes(&format!("t={T},v1={wrong},v1={valid},v0=x"), &["whsec_b", "whsec_a"], 0));
        assert!(!passes(&format!("t={T},v1={valid}"), &["whsec_b"], 0));
        assert!(!passes(&format!("t={T},v0={valid}"), &["whsec_a"], 0));
        assert!(!passes(&format!("t={T},v1={wrong}"), &["whsec_a"], 0));
    }

    #[test]
    fn five_minutes_either_way_and_not_a_second_more() {
        let header = format!("t={T},v1={}", sign("whsec_a", "1700000000", BODY));
        for (offset, valid) in [(300, true), (-300, true), (301, false), (-301, false), (299, true)] {
            assert_eq!(passes(&header, &["whsec_a"], offset), valid, "{offset}");
        }
    }

    #[test]
    fn what_was_not_signed_is_refused() {
        let valid = sign("whsec_a", "1700000000", BODY);
        let mut flipped = valid.clone().into_bytes();
        flipped[10] = if flipped[10] == b'0' { b'1' } else { b'0' };
        let flipped = String::from_utf8(flipped).unwrap();
        for header in [
            String::new(),
            "t=,v1=".into(),
            format!("v1={valid}"),
            format!("t={T}"),
            format!("t={T},t={T},v1={valid}"),
            format!("t=+{T},v1={valid}"),
            format!("t={T},v1={flipped}"),
            format!("t={T},v1={}", &valid[..62]),
            format!("t={},v1={valid}", T + 1),
            format!("t={},v1={valid}", i64::MIN),
            format!("t=99999999999999999999,v1={valid}"),
        ] {
            assert!(!passes(&header, &["whsec_a"], 0), "{header}");
        }
    }

    #[test]
    fn what_is_no_signature_is_known_before_the_body() {
        let one = "00".repeat(32);
        for (header, is_one) in [
            (format!("t={T},v1={one}"), true),
            (format!("t={T}"), false),
            (format!("t=x,v1={one}"), false),
            (format!("v1={one}"), false),
            (String::new(), false),
        ] {
            let headers = HeaderMap::from_iter([(
                axum::http::HeaderName::from_static("stripe-signature"),
                header.parse().unwrap(),
            )]);
            assert_eq!(of(&headers).is_some(), is_one, "{header}");
        }
        assert!(of(&HeaderMap::new()).is_none());
    }

    #[test]
    fn a_blank_secret_signs_nothing() {
        let empty = format!("t={T},v1={}", sign("", "1700000000", BODY));
        assert!(!passes(&empty, &["", " "], 0));
        assert!(!passes(&empty, &[], 0));
    }
}
