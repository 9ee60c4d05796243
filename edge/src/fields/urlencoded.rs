//! Urlencoded forms, strictly: bad percent signs and bad UTF-8 are refused, where the usual parsers
//! replace them silently.

/// The form's pairs in their order, or `None` when it is malformed.
pub(super) fn parse(body: &[u8]) -> Option<Vec<(String, String)>> {
    body.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let equals = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
            let (name, text) = pair.split_at(equals);
            Some((decode(name)?, decode(text.get(1..).unwrap_or_default())?))
        })
        .collect()
}

fn decode(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let pair = [*rest.next()?, *rest.next()?];
                let mut value = [0];
                hex::decode_to_slice(pair, &mut value).ok()?;
                value[0]
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
