//! Urlencoded forms, strictly: bad percent signs and bad UTF-8 are refused, where the usual parsers
//! replace them silently.

/// The form's pairs in their order, or `None` when it is malformed.
pub(super) fn parse(corps: &[u8]) -> Option<Vec<(String, String)>> {
    corps
        .split(|&octet| octet == b'&')
        .filter(|paire| !paire.is_empty())
        .map(|paire| {
            let egal = paire.iter().position(|&octet| octet == b'=').unwrap_or(paire.len());
            let (nom, texte) = paire.split_at(egal);
            Some((decode(nom)?, decode(texte.get(1..).unwrap_or_default())?))
        })
        .collect()
}

fn decode(texte: &[u8]) -> Option<String> {
    let mut octets = Vec::with_capacity(texte.len());
    let mut reste = texte.iter();
    while let Some(&octet) = reste.next() {
        octets.push(match octet {
            b'+' => b' ',
            b'%' => {
                let paire = [*reste.next()?, *reste.next()?];
                let mut valeur = [0];
                hex::decode_to_slice(paire, &mut valeur).ok()?;
                valeur[0]
            }
            autre => autre,
        });
    }
    String::from_utf8(octets).ok()
}
