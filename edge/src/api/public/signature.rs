//! Stripe's webhook signature: HMAC-SHA256 over the time and the raw body (Stripe's documentation,
//! "Verify webhook signatures manually").

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// How far a signature's time may be from ours, in seconds.
const TOLERANCE: u64 = 300;
/// Signatures that one header may carry; Stripe sends one for each secret that is being rotated.
const SIGNATURES_MAX: usize = 16;

/// Whether one of our secrets signed this body at about `now`. A blank secret signs nothing.
pub fn verify(entete: &str, corps: &[u8], secrets: &[SecretString], now: DateTime<Utc>) -> bool {
    let Some((temps, signatures)) = parse(entete) else {
        return false;
    };
    let Ok(moment) = temps.parse::<i64>() else {
        return false;
    };
    if now.timestamp().abs_diff(moment) > TOLERANCE {
        return false;
    }
    let mut juste = Choice::from(0);
    for secret in secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.trim().is_empty()) {
        let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            continue;
        };
        hmac.update(temps.as_bytes());
        hmac.update(b".");
        hmac.update(corps);
        let attendue = hmac.finalize().into_bytes();
        for signature in &signatures {
            juste |= attendue.ct_eq(signature);
        }
    }
    juste.into()
}

/// The time as it was signed, and the well-formed `v1` signatures.
fn parse(entete: &str) -> Option<(&str, Vec<[u8; 32]>)> {
    let mut temps = None;
    let mut signatures = Vec::new();
    for (nom, valeur) in entete.split(',').filter_map(|partie| partie.trim().split_once('=')) {
        match nom {
            "t" if temps.is_none() => temps = Some(valeur),
            "t" => return None,
            "v1" if signatures.len() < SIGNATURES_MAX => {
                let mut signature = [0; 32];
                if hex::decode_to_slice(valeur, &mut signature).is_ok() {
                    signatures.push(signature);
                }
            }
            _ => {}
        }
    }
    temps.map(|temps| (temps, signatures))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORPS: &[u8] = br#"{"id":"evt_1"}"#;
    const T: i64 = 1_700_000_000;

    fn signe(secret: &str, temps: &str, corps: &[u8]) -> String {
        let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        hmac.update(&[temps.as_bytes(), b".", corps].concat());
        hex::encode(hmac.finalize().into_bytes())
    }

    fn passe(entete: &str, secrets: &[&str], decalage: i64) -> bool {
        let secrets: Vec<_> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        verify(entete, CORPS, &secrets, DateTime::from_timestamp(T + decalage, 0).unwrap())
    }

    #[test]
    fn a_known_answer_of_stripe_s_scheme() {
        // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        let attendue = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
        assert_eq!(signe("whsec_test", "1700000000", CORPS), attendue);
        assert!(passe(&format!("t={T},v1={attendue}"), &["whsec_test"], 0));
    }

    #[test]
    fn any_of_the_signatures_by_any_of_the_secrets_will_do() {
        let juste = signe("whsec_a", "1700000000", CORPS);
        let fausse = "00".repeat(32);
        assert!(passe(&format!("t={T},v1={juste}"), &["whsec_a"], 0));
        assert!(passe(&format!("t={T},v1={fausse},v1={juste},v0=x"), &["whsec_b", "whsec_a"], 0));
        assert!(!passe(&format!("t={T},v1={juste}"), &["whsec_b"], 0));
        assert!(!passe(&format!("t={T},v0={juste}"), &["whsec_a"], 0));
        assert!(!passe(&format!("t={T},v1={fausse}"), &["whsec_a"], 0));
    }

    #[test]
    fn five_minutes_either_way_and_not_a_second_more() {
        let entete = format!("t={T},v1={}", signe("whsec_a", "1700000000", CORPS));
        for (decalage, juste) in [(300, true), (-300, true), (301, false), (-301, false), (299, true)] {
            assert_eq!(passe(&entete, &["whsec_a"], decalage), juste, "{decalage}");
        }
    }

    #[test]
    fn what_was_not_signed_is_refused() {
        let juste = signe("whsec_a", "1700000000", CORPS);
        let mut retournee = juste.clone().into_bytes();
        retournee[10] = if retournee[10] == b'0' { b'1' } else { b'0' };
        let retournee = String::from_utf8(retournee).unwrap();
        for entete in [
            String::new(),
            "t=,v1=".into(),
            format!("v1={juste}"),
            format!("t={T}"),
            format!("t={T},t={T},v1={juste}"),
            format!("t=+{T},v1={juste}"),
            format!("t={T},v1={retournee}"),
            format!("t={T},v1={}", &juste[..62]),
            format!("t={},v1={juste}", T + 1),
            format!("t={},v1={juste}", i64::MIN),
            format!("t=99999999999999999999,v1={juste}"),
        ] {
            assert!(!passe(&entete, &["whsec_a"], 0), "{entete}");
        }
    }

    #[test]
    fn a_blank_secret_signs_nothing() {
        let vide = format!("t={T},v1={}", signe("", "1700000000", CORPS));
        assert!(!passe(&vide, &["", " "], 0));
        assert!(!passe(&vide, &[], 0));
    }
}
