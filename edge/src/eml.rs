//! Reading a message that was saved as a file (`.eml`): who wrote, about what, when, its text, and the names of
//! what is attached.
//!
//! mail-parser reads headers, encodings, charsets and HTML. The walk over the parts is ours: the crate's own nests as
//! deep as the message wants, and ten megabytes of messages within messages would overflow the stack.

use chrono::{DateTime, Datelike, Utc};
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::html_to_text;
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, ContentType, HeaderName, Message, MessageParser, MimeHeaders};

use crate::commands::{LINE_MAX, TEXT_MAX};

/// The longest head that is looked at: of the message, and of each part.
const HEAD_MAX: usize = 256 * 1024;
/// How deep parts may lie within parts. What lies deeper is told as an attachment.
const DEPTH_MAX: usize = 12;
/// Parts that are looked at, and attachments that are told.
const PARTS_MAX: usize = 200;
/// The longest Message-ID that mail can carry.
const MESSAGE_ID_MAX: usize = 998;

/// A message, cleaned of what no text of ours may hold and cut to what one may.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Eml {
    /// `Hélène Vasseur <helene@vasseur.example>`, or what there is of it.
    pub expediteur: String,
    /// One line; empty when the message has none.
    pub sujet: String,
    /// Its text, from HTML where there is nothing else; may be empty.
    pub corps: String,
    /// Whether there was more of it than is kept of a mail.
    pub coupe: bool,
    /// Names of what is attached, or their types.
    pub pieces_jointes: Vec<String>,
    /// When it was sent, if it says so.
    pub date: Option<DateTime<Utc>>,
    /// Without its angle brackets.
    pub message_id: Option<String>,
}

/// Reads a message. `None` for what is none: a mail says at least from whom it is.
pub fn read(raw: &[u8]) -> Option<Eml> {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii_start();
    let parser = MessageParser::new().with_minimal_headers().header_id(HeaderName::MessageId);
    let (head, _) = cut(raw);
    let message = parser.parse_headers(head)?;
    let expediteur = sender(message.from().and_then(Address::first)?)?;
    let mut walk = Walk { parser: &parser, parts: 0, pieces_jointes: Vec::new() };
    let texte = walk.text(raw, 0).texte;
    let (corps, coupe) = shortened(lines(&texte), TEXT_MAX);
    Some(Eml {
        expediteur,
        sujet: line(message.subject().unwrap_or_default()),
        corps,
        coupe: coupe || walk.parts == PARTS_MAX,
        pieces_jointes: walk.pieces_jointes,
        date: date(&message),
        message_id: message.message_id().filter(|id| is_message_id(id)).map(str::to_owned),
    })
}

fn sender(from: &Addr) -> Option<String> {
    let name = from.name().map(line).filter(|name| !name.is_empty());
    let address = from.address().map(line).filter(|address| !address.is_empty());
    match (name, address) {
        (Some(name), Some(address)) if name != address => Some(line(&format!("{name} <{address}>"))),
        (name, address) => address.or(name),
    }
}

/// A year that no column and no page can carry is a broken clock's: as if nothing were said.
fn date(message: &Message) -> Option<DateTime<Utc>> {
    let date = DateTime::from_timestamp(message.date()?.to_timestamp(), 0)?;
    (1970..=2199).contains(&date.year()).then_some(date)
}

fn is_message_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MESSAGE_ID_MAX && !id.chars().any(char::is_control)
}

/// What a part says, and whether only HTML says it.
#[derive(Default)]
struct Texte {
    texte: String,
    html: bool,
}

struct Walk<'a> {
    parser: &'a MessageParser,
    parts: usize,
    pieces_jointes: Vec<String>,
}

impl Walk<'_> {
    /// The text of a part and of those within it; what is none is noted as attached.
    fn text(&mut self, part: &[u8], depth: usize) -> Texte {
        self.parts += 1;
        let (head, body) = cut(part);
        let message = self.parser.parse_headers(head);
        let head = message.as_ref().map(Message::root_part);
        let kind = head.and_then(|head| head.content_type());
        let (class, subtype) = kind.map_or(("text".into(), "plain".into()), |kind| {
            (kind.ctype().to_ascii_lowercase(), kind.subtype().unwrap_or_default().to_ascii_lowercase())
        });
        let boundary = kind.and_then(|kind| kind.attribute("boundary")).filter(|_| class == "multipart");
        if let Some(boundary) = boundary.filter(|_| depth < DEPTH_MAX) {
            return self.multipart(pieces(body, boundary.as_bytes()), &subtype, depth);
        }
        let name = head.and_then(|head| head.attachment_name());
        let attached =
            head.and_then(|head| head.content_disposition()).is_some_and(ContentType::is_attachment);
        let readable = class == "text" && (subtype == "plain" || subtype == "html");
        if readable && (depth == 0 || name.is_none() && !attached) {
            let encoding = head.and_then(|head| head.content_transfer_encoding());
            let texte = decoded(body, encoding, kind.and_then(|kind| kind.attribute("charset")));
            let html = subtype == "html";
            return Texte { texte: if html { html_to_lines(&texte) } else { texte }, html };
        }
        let embedded = head.is_some_and(|head| head.content_id().is_some()) && !attached;
        if !embedded && self.pieces_jointes.len() < PARTS_MAX {
            self.pieces_jointes.push(name.map_or_else(|| line(&format!("{class}/{subtype}")), line));
        }
        Texte::default()
    }

    fn multipart(&mut self, pieces: Vec<&[u8]>, subtype: &str, depth: usize) -> Texte {
        let mut texts = Vec::new();
        for piece in pieces {
            if self.parts < PARTS_MAX {
                texts.push(self.text(piece, depth + 1));
            }
        }
        texts.retain(|text| !text.texte.trim().is_empty());
        if subtype == "alternative" {
            // The same thing said twice: plain where there is plain.
            let plain = texts.iter().position(|text| !text.html).unwrap_or(0);
            return if texts.is_empty() { Texte::default() } else { texts.swap_remove(plain) };
        }
        let html = texts.iter().any(|text| text.html);
        let texts: Vec<_> = texts.into_iter().map(|text| text.texte).collect();
        Texte { texte: texts.join("\n\n"), html }
    }
}

/// A part's head, up to its empty line, and what follows it.
fn cut(part: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for one in part.split_inclusive(|byte| *byte == b'\n') {
        end += one.len();
        if one.trim_ascii().is_empty() {
            break;
        }
    }
    let (head, body) = part.split_at(end);
    (head.get(..HEAD_MAX).unwrap_or(head), body)
}

/// What stands between the boundary's lines; the last piece may lack its end.
fn pieces<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let (mut begin, mut at) = (None, 0);
    for one in body.split_inclusive(|byte| *byte == b'\n') {
        let mark =
            one.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)).map(<[u8]>::trim_ascii);
        if let Some(rest) = mark.filter(|rest| rest.is_empty() || *rest == b"--") {
            pieces.extend(begin.take().and_then(|begin| body.get(begin..at)));
            if !rest.is_empty() {
                return pieces;
            }
            begin = Some(at + one.len());
        }
        at += one.len();
    }
    pieces.extend(begin.and_then(|begin| body.get(begin..)));
    pieces
}

/// A body as text. One that is not encoded as it says is taken as it stands; one that does not say its charset is
/// UTF-8, else what most such mails are written in.
fn decoded(body: &[u8], encoding: Option<&str>, charset: Option<&str>) -> String {
    let mut stream = MessageStream::new(body);
    let (end, bytes) = match encoding.map(|encoding| encoding.trim().to_ascii_lowercase()).as_deref() {
        Some("base64") => stream.decode_base64_mime(b""),
        Some("quoted-printable") => stream.decode_quoted_printable_mime(b""),
        _ => (0, body.into()),
    };
    let bytes = if end == usize::MAX { body } else { &*bytes };
    let labelled = charset.and_then(|charset| charset_decoder(charset.trim().as_bytes()));
    if let Some(decoder) = labelled {
        return decoder(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => charset_decoder(b"windows-1252").map_or_else(String::new, |decoder| decoder(bytes)),
    }
}

/// The crate breaks a line at `<br>` and `</p>` only: mails are made of more.
fn html_to_lines(html: &str) -> String {
    const BREAKS: [&str; 12] =
        ["div>", "tr>", "li>", "h1>", "h2>", "h3>", "h4>", "ul>", "ol>", "table>", "blockquote>", "pre>"];
    let begins =
        |piece: &str, tag: &str| piece.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag));
    let mut marked = String::with_capacity(html.len());
    for (at, piece) in html.split("</").enumerate() {
        if at > 0 {
            if BREAKS.iter().any(|tag| begins(piece, tag)) {
                marked.push_str("<br>");
            } else if begins(piece, "td>") || begins(piece, "th>") {
                marked.push(' ');
            }
            marked.push_str("</");
        }
        marked.push_str(piece);
    }
    html_to_text(&marked)
}

/// Words on one line, not longer than one may be.
fn line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<_> = spaced.split_whitespace().collect();
    shortened(words.join(" "), LINE_MAX).0
}

/// Lines without what cannot be seen, and not more than one empty one in a row.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut kept = String::with_capacity(text.len());
    let mut empty = 0;
    for one in text.lines() {
        let one: String = one.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        let one = one.trim_end();
        empty = if one.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            kept.push_str(one);
            kept.push('\n');
        }
    }
    kept.trim().to_owned()
}

/// The first `max` characters, and whether there were more.
fn shortened(text: String, max: usize) -> (String, bool) {
    if text.char_indices().nth(max).is_none() {
        return (text, false);
    }
    let kept: String = text.chars().take(max - 1).collect();
    (kept.trim_end().to_owned() + "…", true)
}

#[cfg(test)]
mod tests;
