use proptest::prelude::*;

use super::*;

fn eml(text: &str) -> Eml {
    read(text.replace('\n', "\r\n").as_bytes()).expect("a message")
}

#[test]
fn a_message_says_who_what_when_and_its_text() {
    let read = eml(
        "From: =?utf-8?q?H=C3=A9l=C3=A8ne?= Vasseur <helene@vasseur.example>\nTo: claire@example.org\n\
         Subject: =?iso-8859-1?Q?Le_solde,_=E0_r=E9gler?=\n =?utf-8?b?IOKCrA==?=\nDate: Fri, 20 Nov 2026 10:05:00 +0100\n\
         Message-ID: <1@vasseur.example>\nContent-Type: text/plain; charset=iso-8859-15\n\
         Content-Transfer-Encoding: quoted-printable\n\nBonjour,\n=E7a part demain=\n : 100 =A4.  \n\n\n\nH=E9l=E8ne",
    );
    let date = DateTime::parse_from_rfc3339("2026-11-20T09:05:00Z").unwrap().to_utc();
    assert_eq!(
        read,
        Eml {
            expediteur: "Hélène Vasseur <helene@vasseur.example>".into(),
            sujet: "Le solde, à régler €".into(),
            corps: "Bonjour,\nça part demain : 100 €.\n\nHélène".into(),
            coupe: false,
            pieces_jointes: vec![],
            date: Some(date),
            message_id: Some("1@vasseur.example".into()),
        }
    );
}

#[test]
fn of_two_ways_to_say_it_the_plain_one_is_kept_and_attachments_are_named() {
    let read = eml("From: a@b.example\nContent-Type: multipart/mixed; boundary=\"m x\"\n\npreamble\n--m x\n\
         Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: multipart/related; boundary=r\n\n--r\n\
         Content-Type: text/html\n\n<p>Riche</p>\n--r\nContent-Type: image/png; name=logo.png\nContent-ID: <l>\n\nx\n--r--\n\
         --a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nTcOqbWUgY2hvc2U=\n--a--\n\
         --m x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''devis%20sign%C3%A9.pdf\n\n\
         %PDF\n--m x\nContent-Type: text/plain; name=\"notes.txt\"\n\nnotes\n--m x\nContent-Type: message/rfc822\n\n\
         From: c@d.example\nSubject: dedans\n\ndedans\n--m x--\nepilogue");
    assert_eq!(read.corps, "Même chose");
    assert_eq!(read.pieces_jointes, ["devis signé.pdf", "notes.txt", "message/rfc822"]);
}

#[test]
fn html_alone_becomes_lines() {
    let read = eml(
        "From: a@b.example\nContent-Type: text/html\n\n<html><head><style>p{}</style></head><body>\
         <div class=\"x\">Bonjour,</div><div>ça&nbsp;va &lt;bien&gt; ?</div><table><tr><td>Total</td><td>12 €</td></tr></table>\
         <script>alert(1)</script><!-- caché --><p>À bientôt</p></body></html>",
    );
    assert_eq!(read.corps, "Bonjour,\nça\u{a0}va <bien> ?\nTotal 12 €\n\nÀ bientôt");
}

#[test]
fn what_says_from_nobody_is_no_message() {
    for raw in [
        &b""[..],
        b"\n\n",
        b"Bonjour, comment allez-vous ?",
        b"Subject: x\n\ny",
        b"From:\n\nx",
        b"\x89PNG\r\n\x1a\n",
    ] {
        assert_eq!(read(raw), None, "{raw:?}");
    }
    assert_eq!(eml("From: Claire\n").expediteur, "Claire");
}

#[test]
fn what_no_text_of_ours_may_hold_is_left_out() {
    let read = read(b"From: a\0b@c.example\nSubject: so\0lde\x07\nDate: Fri, 20 Nov 99999 10:05:00 +0100\nMessage-ID: <a\0b>\n\nx\0y\x1b[31m\r\nz\xff").unwrap();
    assert!(!format!("{read:?}").contains("\\0"), "{read:?}");
    assert_eq!(read.corps, "xy[31m\nzÿ");
    assert_eq!((read.date, read.message_id), (None, None));
}

#[test]
fn what_is_longer_than_a_mail_is_kept_is_cut_and_says_so() {
    let long =
        eml(&format!("From: a@b.example\nSubject: {}\n\n{}", "é".repeat(300), "mot ".repeat(TEXT_MAX)));
    assert!(long.coupe && long.corps.ends_with('…') && long.sujet.ends_with('…'));
    assert!(long.corps.chars().count() <= TEXT_MAX && long.sujet.chars().count() == LINE_MAX);
    assert!(!eml(&format!("From: a@b.example\n\n{}", "é".repeat(TEXT_MAX))).coupe);
    let parts = "--a\n\nx\n".repeat(PARTS_MAX + 1);
    assert!(eml(&format!("From: a@b.example\nContent-Type: multipart/mixed; boundary=a\n\n{parts}")).coupe);
}

#[test]
fn ten_megabytes_of_anything_are_read_on_a_small_stack() {
    let deep = |head: &str| head.repeat(10 * 1024 * 1024 / head.len());
    for raw in [
        deep("Content-Type: message/rfc822\n\n"),
        deep("Content-Type: multipart/mixed; boundary=a\n\n--a\n"),
        deep("Content-Type: multipart/digest; boundary=a\n\n--a\n\n"),
        deep("Content-Type: multipart/mixed; boundary=b\n\n"),
        deep("X-A: b\n"),
        deep(" =?utf-8?q?=C3=A9?="),
        deep("a,"),
        deep("\n\n<"),
        deep("--a"),
        deep("<div></div>&"),
    ] {
        for begin in
            ["", "Content-Type: text/html\n\n", "Content-Type: multipart/mixed; boundary=a\n\n--a\n", "To: "]
        {
            read(format!("From: a@b.example\n{begin}{raw}").as_bytes());
        }
    }
}

proptest! {
    #[test]
    fn nothing_panics(parts in prop::collection::vec(prop_oneof![
        Just("From: ".to_owned()), Just("Content-Type: ".into()), Just("text/html".into()), Just("multipart/alternative; boundary=a".into()),
        Just("\n--a\n".into()), Just("\n--a--\n".into()), Just("\n\n".into()), Just("Content-Transfer-Encoding: base64\n".into()),
        Just("Content-Transfer-Encoding: quoted-printable\n".into()), Just("; charset=utf-16".into()), Just("; charset=iso-2022-jp".into()),
        Just("=?utf-8?q?".into()), Just("?=".into()), Just("&#x".into()), Just("<!--".into()), Just("</".into()), Just("=".into()),
        Just("Date: ".into()), Just("Message-ID: <".into()), Just("; name*0*=".into()), "\\PC{0,8}", "[<>&;!/ -]{0,6}",
    ], 0..40), bytes in prop::collection::vec(any::<u8>(), 0..200), begin in any::<bool>()) {
        let mut raw = if begin { b"From: a@b.example\n".to_vec() } else { Vec::new() };
        raw.extend(parts.concat().bytes());
        raw.extend(&bytes);
        read(&raw);
        raw.reverse();
        read(&raw);
    }
}
