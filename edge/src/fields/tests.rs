use common::domaine::TypeClient;

use super::*;

fn json(text: &str) -> Fields {
    Fields::of_json(text.as_bytes()).unwrap()
}

fn form(text: &str) -> Fields {
    Fields::of_form(text.as_bytes()).unwrap()
}

/// What `finish` tells: `champ:code` in order.
fn told(fields: &mut Fields) -> Vec<String> {
    match fields.finish(()) {
        Ok(()) => Vec::new(),
        Err(AppError::Refus(refus)) => {
            refus.into_iter().map(|r| format!("{}:{}", r.champ.unwrap_or_default(), r.code)).collect()
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn an_amount_that_is_looked_for_may_be_two() {
    let said = |text: &str| said_amounts(text).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(said("1 200,50 €"), ["1200.50"]);
    assert_eq!(said("1,200"), ["1.200", "1200"]);
    assert_eq!(said("1.200"), ["1.200", "1200"]);
    assert_eq!(said("1,200.50"), ["1200.50"]);
    assert_eq!(said("1200,500"), ["1200.500"]);
    assert_eq!(said("Refonte"), Vec::<String>::new());
}

#[test]
fn all_errors_are_told_at_once_each_with_its_field() {
    let mut fields = json(r#"{"nom": "  ", "type": "association", "email": "dupont", "prix": 3}"#);
    fields.text("nom", 10);
    fields.choice_or("type", TypeClient::Entreprise);
    fields.optional_email("email");
    assert_eq!(
        told(&mut fields),
        ["nom:champ-requis", "type:choix-invalide", "email:email-invalide", "prix:champ-inconnu"]
    );
}

#[test]
fn a_form_and_a_json_object_read_the_same() {
    for fields in [
        &mut json(r#"{"nom":" Dupont ","clientId":"01890000-0000-7000-8000-000000000001"}"#),
        &mut form("nom=+Dupont+&clientId=01890000-0000-7000-8000-000000000001&cle=k1"),
    ] {
        assert_eq!(fields.text("nom", 10), "Dupont");
        assert!(!fields.uuid("clientId").is_nil());
        assert_eq!(fields.optional_email("email"), None);
        assert_eq!(told(fields), [""; 0]);
    }
    assert_eq!(form("cle=k1").key(), Some("k1"));
    assert_eq!(told(&mut json(r#"{"cle":"k1"}"#)), ["cle:champ-inconnu"]);
}

#[test]
fn text_is_trimmed_measured_in_characters_and_free_of_control_characters() {
    let mut fields = form("a=%C3%A9%C3%A9%C3%A9&b=x%00y&c=l1%0D%0Al2&d=l1%0Al2&e=%C3%A9%C3%A9%C3%A9%C3%A9");
    assert_eq!(fields.text("a", 3), "ééé");
    fields.text("b", 10);
    assert_eq!(fields.long_text("c", 10), "l1\nl2");
    fields.text("d", 10);
    fields.text("e", 3);
    assert_eq!(told(&mut fields), ["b:caractere-interdit", "d:caractere-interdit", "e:champ-trop-long"]);
}

#[test]
fn json_of_the_wrong_type_names_the_field() {
    let mut fields = json(r#"{"nom":{"$gt":""},"type":["x"],"clientId":7,"montant":true}"#);
    fields.text("nom", 10);
    fields.choice_or("type", TypeClient::Entreprise);
    fields.uuid("clientId");
    fields.optional_amount("montant", None);
    assert_eq!(
        told(&mut fields),
        [
            "nom:champ-invalide",
            "type:choix-invalide",
            "clientId:identifiant-invalide",
            "montant:montant-json"
        ]
    );
}

#[test]
fn malformed_bodies_are_refused_whole() {
    let deep = "[".repeat(100_000);
    for body in [&b"[1]"[..], b"{", b"{\"a\":\"\xff\"}", deep.as_bytes(), b"null"] {
        assert!(matches!(Fields::of_json(body), Err(AppError::InvalidJson)));
    }
    for body in [&b"a=%f"[..], b"a=%zz", b"a=%ff", b"a=1&a=2"] {
        assert!(matches!(Fields::of_form(body), Err(AppError::InvalidForm)), "{body:?}");
    }
}

#[test]
fn amounts_are_exact_and_forms_take_them_as_people_write_them() {
    let read = |mut fields: Fields| fields.optional_amount("m", None).map(|m| m.to_string());
    assert_eq!(read(json(r#"{"m":"1200.50"}"#)).as_deref(), Some("1200.50"));
    assert_eq!(read(json(r#"{"m":0.1}"#)).as_deref(), Some("0.1"));
    assert_eq!(read(form("m=1%E2%80%AF200%2C50")).as_deref(), Some("1200.50"));
    assert_eq!(read(form("m=")), None);
    for wrong in [
        r#"{"m":"1,5"}"#,
        r#"{"m":"1e3"}"#,
        r#"{"m":""}"#,
        r#"{"m":"+1"}"#,
        r#"{"m":".5"}"#,
        r#"{"m":"--1"}"#,
        r#"{"m":"99999999999999999999999999999999"}"#,
    ] {
        let mut fields = json(wrong);
        assert_eq!(fields.optional_amount("m", None), None, "{wrong}");
        assert_eq!(told(&mut fields), ["m:montant-json"], "{wrong}");
    }
}

#[test]
fn amounts_are_read_as_they_are_typed_and_shown() {
    let read = |text: &str, devise: &str| typed_amount(text, Devise::parse(devise).ok());
    for (text, devise, expected) in [
        ("1200.5", "EUR", "1200.5"),
        ("1 200,50", "EUR", "1200.50"),
        ("1\u{202f}200,50\u{202f}€", "EUR", "1200.50"),
        ("1\u{a0}200,50\u{a0}€ ", "EUR", "1200.50"),
        ("€1,200.50", "EUR", "1200.50"),
        ("€ 12", "EUR", "12"),
        ("$1,200.50", "USD", "1200.50"),
        ("$12", "CAD", "12"),
        ("£12", "GBP", "12"),
        ("12 chf", "CHF", "12"),
        ("EUR 12", "EUR", "12"),
        ("12 USD", "", "12"),
        ("12 €", "USD", "12"),
        ("1.200,50", "EUR", "1200.50"),
        ("1,200.50", "EUR", "1200.50"),
        ("1.200.300,5", "EUR", "1200300.5"),
        ("1,200,300", "EUR", "1200300"),
        ("1’200.50", "CHF", "1200.50"),
        ("1,200", "EUR", "1.200"),
        ("−5,50 €", "EUR", "-5.50"),
    ] {
        let text = read(text, devise).unwrap_or_else(|| panic!("{text} {devise}"));
        assert!(is_decimal(&text), "{text}");
        assert_eq!(text, expected);
    }
    for (text, devise) in [
        ("12,5,6", "EUR"),
        ("12,5.6", "EUR"),
        ("1,200.300,5", "EUR"),
        ("12 $", "EUR"),
        ("12 USD", "EUR"),
        ("€12€", "EUR"),
        ("12 zut", ""),
        ("12 euros", "EUR"),
        ("€", "EUR"),
        (",5", "EUR"),
        ("5,", "EUR"),
        ("--5", "EUR"),
        ("1e3", "EUR"),
    ] {
        assert!(!read(text, devise).is_some_and(|text| is_decimal(&text)), "{text} {devise}");
    }
}

#[test]
fn an_amount_that_may_be_thousands_is_asked_again_where_no_third_decimal_is() {
    let read = |text: &str, devise: &str| {
        let mut fields = form(&format!("m={text}"));
        let montant = fields.optional_amount("m", Devise::parse(devise).ok()).map(|m| m.to_string());
        (montant, told(&mut fields).pop())
    };
    let refused = (None, Some("m:montant-ambigu".to_owned()));
    for (text, devise) in
        [("1.200", "EUR"), ("1%2C200", "EUR"), ("12.345+%E2%82%AC", "EUR"), ("1.200", "JPY")]
    {
        assert_eq!(read(text, devise), refused, "{text} {devise}");
    }
    for (text, devise, montant) in [
        ("1.200", "KWD", "1.200"),
        ("0.500", "EUR", "0.500"),
        ("1.20", "EUR", "1.20"),
        ("1.200%2C00", "EUR", "1200.00"),
    ] {
        assert_eq!(read(text, devise), (Some(montant.into()), None), "{text} {devise}");
    }
    assert_eq!(
        json(r#"{"m":"1.200"}"#).optional_amount("m", Some(Devise::EUR)).unwrap().to_string(),
        "1.200"
    );
}

#[test]
fn a_password_is_taken_as_typed() {
    use secrecy::ExposeSecret;
    let mut fields = form("a=+deux+mots+&b=++&c=&d=x%00y");
    assert_eq!(fields.password("a", 1).expose_secret(), " deux mots ");
    assert_eq!(fields.password("b", 1).expose_secret(), "  ");
    for name in ["c", "d", "e"] {
        fields.password(name, 1);
    }
    assert_eq!(told(&mut fields), ["c:champ-requis", "d:champ-invalide", "e:champ-requis"]);
    let mut fields = json(r#"{"a":" x ","b":7}"#);
    assert_eq!(fields.password("a", 1).expose_secret(), " x ");
    fields.password("b", 1);
    assert_eq!(told(&mut fields), ["b:champ-invalide"]);
}

#[test]
fn a_change_tells_an_emptied_field_from_an_absent_one() {
    let mut fields = json(r#"{"email":null,"nom":""}"#);
    assert_eq!(fields.if_present("email", Fields::optional_email), Some(None));
    assert_eq!(fields.if_present("devise", Fields::devise), None);
    fields.if_present("nom", |fields, name| fields.text(name, 10));
    assert_eq!(told(&mut fields), ["nom:champ-requis"]);
    assert!(json("{}").finish_change(()).is_err());
}

#[test]
fn moments_are_rfc_3339_and_forms_write_them_in_their_own_zone() {
    let paris = chrono_tz::Europe::Paris;
    let read = |mut fields: Fields| fields.optional_timestamp("d", paris).map(|d| d.to_rfc3339());
    assert_eq!(
        read(json(r#"{"d":"2026-07-01T12:00:00+02:00"}"#)).as_deref(),
        Some("2026-07-01T10:00:00+00:00")
    );
    assert_eq!(read(form("d=2026-07-01T12:00")).as_deref(), Some("2026-07-01T10:00:00+00:00"));
    assert_eq!(read(json(r#"{"d":"2026-07-01T12:00"}"#)), None);
    // The hour that the clock skips.
    assert_eq!(read(form("d=2026-03-29T02:30")), None);
    assert_eq!(json(r#"{"d":"20260-01-01"}"#).optional_date("d"), None);
    assert!(json(r#"{"d":"2026-02-28"}"#).optional_date("d").is_some());
}

#[test]
fn addresses_are_checked_for_shape_only() {
    for good in ["a@b.fr", "prénom.nom+tag@sous.exemple.co.uk", "a@xn--bcher-kva.example"] {
        assert!(is_email(good), "{good}");
    }
    for wrong in [
        "a",
        "@b.fr",
        "a@",
        "a@b",
        "a b@c.fr",
        "a@b..fr",
        "a@-b.fr",
        "a@b.fr\r\nBcc: x@y.z",
        "<a@b.fr>",
        "a@@b.fr",
    ] {
        assert!(!is_email(wrong), "{wrong}");
    }
}

#[test]
fn what_was_typed_is_shown_again_but_passwords() {
    let typed = form("email=a%40b.fr&motDePasse=secret&cle=k").typed();
    assert_eq!(typed.len(), 1);
    assert_eq!(typed["email"], "a@b.fr");
}
