//! The mail server: hands one mail over. Nothing else names lettre.

use std::time::Duration;

use chrono::{DateTime, Utc};
use common::lien::PublicUrl;
use common::settings::SettingError;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Category;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// How long handing one mail over may take: less than the least wait before the next try, so that a mail is in
/// one hand only.
const TIMEOUT: Duration = Duration::from_secs(15);

/// One mail server, and the address that mails come from.
#[derive(Debug, Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    domain: String,
}

/// A mail, ready to be handed over.
#[derive(Debug)]
pub struct Mail {
    /// The Message-ID's own part: a mail that is sent twice is one mail to whoever receives it.
    pub id: Uuid,
    /// When it was written.
    pub date: DateTime<Utc>,
    /// In whose name it comes.
    pub from_nom: String,
    /// Where an answer goes, when not back to the product.
    pub reply_to: Option<String>,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub sujet: String,
    /// Its plain text.
    pub corps: String,
}

/// Why a mail could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Never will be: the address or the mail is refused.
    #[error("{0}")]
    Refused(String),
    /// Not now.
    #[error("{0}")]
    Later(String),
}

/// `Auto-Submitted` (RFC 3834): no out-of-office note comes back.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

impl Smtp {
    /// Takes `SMTP_URL` and `MAIL_FROM`. Connects to nothing yet.
    pub fn new(url: &SecretString, from: Option<&str>, public_url: &PublicUrl) -> Result<Self, SettingError> {
        let wrong = |name, problem: &str| SettingError { name, problem: problem.into() };
        let from = from.ok_or_else(|| wrong("MAIL_FROM", "is needed with SMTP_URL"))?;
        let from = from.parse().map_err(|_| wrong("MAIL_FROM", "is no mail address (name@example.org)"))?;
        let domain = public_url.host().to_owned();
        // The error may repeat the URL, and with it the password.
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(|_| {
            wrong("SMTP_URL", "must be smtps://[user:password@]host[:port] or smtp://…?tls=required")
        })?;
        let hello = ClientId::Domain(domain.clone());
        Ok(Self { transport: builder.hello_name(hello).timeout(Some(TIMEOUT)).build(), from, domain })
    }

    /// Hands a mail over.
    pub async fn send(&self, mail: &Mail) -> Result<(), SmtpError> {
        let message = self.write(mail).map_err(|error| SmtpError::Refused(error.to_string()))?;
        let sent = tokio::time::timeout(TIMEOUT, self.transport.send(message)).await;
        let error = match sent {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => return Err(SmtpError::Later("no answer in time".into())),
        };
        let text = error.to_string();
        // 55x is about this mail. A login that is refused, say, is ours to mend, and the mail can wait.
        let refused =
            error.is_permanent() && error.status().is_some_and(|code| code.category == Category::MailSystem);
        Err(if refused { SmtpError::Refused(text) } else { SmtpError::Later(text) })
    }

    fn write(&self, mail: &Mail) -> anyhow::Result<Message> {
        let from_nom = one_line(&mail.from_nom);
        let mut message = Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.id, self.domain)))
            .date(mail.date.into())
            .from(Mailbox::new(Some(from_nom.clone()), self.from.clone()))
            .to(Mailbox::new(None, mail.to.parse()?))
            .subject(one_line(&mail.sujet))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN);
        if let Some(reply_to) = &mail.reply_to {
            message = message.reply_to(Mailbox::new(Some(from_nom), reply_to.parse()?));
        }
        Ok(message.body(mail.corps.clone())?)
    }
}

/// What may stand in a header. lettre panics on a name with a control character in it.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(url: &str, from: Option<&str>) -> Result<Smtp, &'static str> {
        let public_url = PublicUrl::parse("https://guichet.example:8443").unwrap();
        Smtp::new(&url.into(), from, &public_url).map_err(|error| error.name)
    }

    #[tokio::test]
    async fn a_wrong_setting_is_named_and_its_value_is_not() {
        assert!(smtp("smtps://u:p@mail.example", Some("guichet@example.org")).is_ok());
        assert_eq!(smtp("smtps://u:p@mail.example", None).unwrap_err(), "MAIL_FROM");
        assert_eq!(smtp("smtps://u:p@mail.example", Some("guichet")).unwrap_err(), "MAIL_FROM");
        for wrong in ["", "mail.example", "https://mail.example"] {
            assert_eq!(smtp(wrong, Some("guichet@example.org")).unwrap_err(), "SMTP_URL", "{wrong}");
        }
        let url = SecretString::from("canary://u:canary@mail.example");
        let error = Smtp::new(&url, Some("a@example.org"), &PublicUrl::parse("http://g.example").unwrap());
        assert!(!error.unwrap_err().to_string().contains("canary"));
    }

    #[tokio::test]
    async fn a_mail_keeps_its_id_and_no_text_becomes_a_header() {
        let mail = Mail {
            id: Uuid::from_u128(1),
            date: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            from_nom: "Claire\r\nBcc: evil@example.org".into(),
            reply_to: Some("claire@example.org".into()),
            to: "client@example.org".into(),
            sujet: "Four en panne\r\nBcc: evil@example.org".into(),
            corps: "Bonjour\r\n.\r\nQUIT".into(),
        };
        let smtp = smtp("smtp://127.0.0.1:25", Some("guichet@example.org")).unwrap();
        let written = String::from_utf8(smtp.write(&mail).unwrap().formatted()).unwrap();
        assert!(written.contains("Message-ID: <00000000-0000-0000-0000-000000000001@guichet.example>\r\n"));
        assert!(!written.contains("\r\nBcc:"), "{written}");
        let text = Mail { to: "client@example.org\r\nRCPT TO:<evil@example.org>".into(), ..mail };
        assert!(smtp.write(&text).is_err());
    }
}
