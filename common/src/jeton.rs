//! Tokens of the private links: made, looked up, shown again.
//!
//! A token is never stored as it is. The database holds its SHA-256 (to look it up) and a sealed copy
//! (to show the link again to its owner), so that a stolen dump opens no door. Of the tokens that are shown once (an API
//! token, a one-time link) it holds the SHA-256 alone.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Bytes of a portal token: 96 hexadecimal characters.
pub const PORTAIL_BYTES: usize = 48;
/// Bytes of a payment link's token: 64 hexadecimal characters.
pub const PAYER_BYTES: usize = 32;
/// Bytes of the token that sets a forgotten password anew.
pub const OUBLI_BYTES: usize = 32;
/// Bytes of an API token.
pub const API_BYTES: usize = 32;
/// Bytes of the one-time set-up token.
pub const INSTALLATION_BYTES: usize = 32;

/// A token as it stands in a link: lower-case hexadecimal. Does not print itself.
#[derive(Clone)]
pub struct Jeton(SecretString);

impl Jeton {
    /// Draws a new token of `N` bytes.
    pub fn generate<const N: usize>(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0_u8; N];
        rng.fill_bytes(&mut bytes);
        Self(hex::encode(bytes).into())
    }

    /// Reads a token out of a URL. `None` unless it is `bytes` bytes of lower-case hexadecimal.
    #[must_use]
    pub fn parse(text: &str, bytes: usize) -> Option<Self> {
        let well_formed =
            text.len() == bytes * 2 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        well_formed.then(|| Self(text.to_owned().into()))
    }

    /// The text for a link that is being shown to its owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the database looks it up by.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.expose()).to_vec()
    }
}

impl std::fmt::Debug for Jeton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Jeton(…)")
    }
}

/// Seals and opens tokens, and signs jobs, with the keys of `SECRET_KEY`: the first seals and signs, all are
/// tried to open and to verify.
#[derive(Clone)]
pub struct Sealer {
    ciphers: Vec<XChaCha20Poly1305>,
    signers: Vec<Hmac<Sha256>>,
}

/// A sealed token that no key of `SECRET_KEY` opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed by a key that SECRET_KEY does not hold")]
pub struct Unsealable;

impl Sealer {
    /// Takes the keys, newest first, 32 bytes each.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    pub fn new(keys: &[[u8; 32]]) -> Self {
        let signer = |key: &[u8; 32]| {
            // A key of its own for each use.
            let derived = Sha256::new().chain_update(b"guichet job signature").chain_update(key).finalize();
            Hmac::new_from_slice(&derived).expect("HMAC takes keys of any length")
        };
        Self {
            ciphers: keys.iter().map(|key| XChaCha20Poly1305::new(key.into())).collect(),
            signers: keys.iter().map(signer).collect(),
        }
    }

    /// Signs bytes, in hexadecimal.
    ///
    /// # Panics
    /// Never in a process that booted: the settings hold at least one key.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> String {
        let mut signer = self.signers.first().expect("settings hold a key").clone();
        signer.update(bytes);
        hex::encode(signer.finalize().into_bytes())
    }

    /// Whether [`Self::sign`] made this signature of these bytes, with any key.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], signature: &str) -> bool {
        let Ok(signature) = hex::decode(signature) else { return false };
        self.signers.iter().any(|signer| {
            let mut signer = signer.clone();
            signer.update(bytes);
            signer.verify_slice(&signature).is_ok()
        })
    }

    /// Seals a token for the row `id`: it opens for that row only.
    ///
    /// # Panics
    /// Never in a process that booted: the settings hold at least one key.
    pub fn seal(&self, jeton: &Jeton, id: Uuid, rng: &mut impl CryptoRng) -> Vec<u8> {
        let mut nonce = [0_u8; 24];
        rng.fill_bytes(&mut nonce);
        let payload = Payload { msg: jeton.expose().as_bytes(), aad: id.as_bytes() };
        let sealed =
            self.ciphers.first().expect("settings hold a key").encrypt(&XNonce::from(nonce), payload);
        [&nonce[..], &sealed.expect("a token is far below the cipher's limit")].concat()
    }

    /// Opens what [`Self::seal`] sealed for the row `id`.
    pub fn open(&self, sealed: &[u8], id: Uuid) -> Result<Jeton, Unsealable> {
        let (nonce, text) = sealed.split_first_chunk::<24>().ok_or(Unsealable)?;
        self.ciphers
            .iter()
            .find_map(|cipher| {
                cipher.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: id.as_bytes() }).ok()
            })
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(|text| Jeton(text.into()))
            .ok_or(Unsealable)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_sealed_token_opens_for_its_row_and_by_an_older_key_only() {
        let mut rng = StdRng::seed_from_u64(1);
        let (row, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let jeton = Jeton::generate::<PORTAIL_BYTES>(&mut rng);
        let sealed = Sealer::new(&[[1; 32]]).seal(&jeton, row, &mut rng);

        let rotated = Sealer::new(&[[2; 32], [1; 32]]);
        assert_eq!(rotated.open(&sealed, row).unwrap().expose(), jeton.expose());
        assert_eq!(rotated.open(&sealed, other).unwrap_err(), Unsealable);
        assert_eq!(Sealer::new(&[[2; 32]]).open(&sealed, row).unwrap_err(), Unsealable);
        assert_eq!(rotated.open(&sealed[..20], row).unwrap_err(), Unsealable);
    }

    #[test]
    fn a_portal_token_is_96_hexadecimal_characters_and_does_not_print() {
        let jeton = Jeton::generate::<PORTAIL_BYTES>(&mut StdRng::seed_from_u64(7));
        assert_eq!(jeton.expose().len(), 96);
        assert!(Jeton::parse(jeton.expose(), PORTAIL_BYTES).is_some());
        assert!(Jeton::parse(&jeton.expose().to_uppercase(), PORTAIL_BYTES).is_none());
        assert!(Jeton::parse(&jeton.expose()[1..], PORTAIL_BYTES).is_none());
        assert!(!format!("{jeton:?}").contains(jeton.expose()));
    }
}
