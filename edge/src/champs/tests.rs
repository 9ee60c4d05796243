use common::domaine::TypeClient;

use super::*;

fn json(texte: &str) -> Champs {
    Champs::of_json(texte.as_bytes()).unwrap()
}

fn form(texte: &str) -> Champs {
    Champs::of_form(texte.as_bytes()).unwrap()
}

/// What `fin` tells: `champ:code` in order.
fn dit(champs: &mut Champs) -> Vec<String> {
    match champs.fin(()) {
        Ok(()) => Vec::new(),
        Err(Erreur::Refus(refus)) => {
            refus.into_iter().map(|r| format!("{}:{}", r.champ.unwrap_or_default(), r.code)).collect()
        }
        Err(autre) => panic!("{autre:?}"),
    }
}

#[test]
fn all_errors_are_told_at_once_each_with_its_field() {
    let mut champs = json(r#"{"nom": "  ", "type": "association", "email": "dupont", "prix": 3}"#);
    champs.texte("nom", 10);
    champs.choix_ou("type", TypeClient::Entreprise);
    champs.email_optionnel("email");
    assert_eq!(
        dit(&mut champs),
        ["nom:champ-requis", "type:choix-invalide", "email:email-invalide", "prix:champ-inconnu"]
    );
}

#[test]
fn a_form_and_a_json_object_read_the_same() {
    for champs in [
        &mut json(r#"{"nom":" Dupont ","clientId":"01890000-0000-7000-8000-000000000001"}"#),
        &mut form("nom=+Dupont+&clientId=01890000-0000-7000-8000-000000000001&cle=k1"),
    ] {
        assert_eq!(champs.texte("nom", 10), "Dupont");
        assert!(!champs.uuid("clientId").is_nil());
        assert_eq!(champs.email_optionnel("email"), None);
        assert_eq!(dit(champs), [""; 0]);
    }
    assert_eq!(form("cle=k1").cle(), Some("k1"));
    assert_eq!(dit(&mut json(r#"{"cle":"k1"}"#)), ["cle:champ-inconnu"]);
}

#[test]
fn text_is_trimmed_measured_in_characters_and_free_of_control_characters() {
    let mut champs = form("a=%C3%A9%C3%A9%C3%A9&b=x%00y&c=l1%0D%0Al2&d=l1%0Al2&e=%C3%A9%C3%A9%C3%A9%C3%A9");
    assert_eq!(champs.texte("a", 3), "ééé");
    champs.texte("b", 10);
    assert_eq!(champs.texte_long("c", 10), "l1\nl2");
    champs.texte("d", 10);
    champs.texte("e", 3);
    assert_eq!(dit(&mut champs), ["b:caractere-interdit", "d:caractere-interdit", "e:champ-trop-long"]);
}

#[test]
fn json_of_the_wrong_type_names_the_field() {
    let mut champs = json(r#"{"nom":{"$gt":""},"type":["x"],"clientId":7,"montant":true}"#);
    champs.texte("nom", 10);
    champs.choix_ou("type", TypeClient::Entreprise);
    champs.uuid("clientId");
    champs.decimal_optionnel("montant");
    assert_eq!(
        dit(&mut champs),
        [
            "nom:champ-invalide",
            "type:choix-invalide",
            "clientId:identifiant-invalide",
            "montant:montant-invalide"
        ]
    );
}

#[test]
fn malformed_bodies_are_refused_whole() {
    let profond = "[".repeat(100_000);
    for corps in [&b"[1]"[..], b"{", b"{\"a\":\"\xff\"}", profond.as_bytes(), b"null"] {
        assert!(matches!(Champs::of_json(corps), Err(Erreur::JsonInvalide)));
    }
    for corps in [&b"a=%f"[..], b"a=%zz", b"a=%ff", b"a=1&a=2"] {
        assert!(matches!(Champs::of_form(corps), Err(Erreur::FormulaireInvalide)), "{corps:?}");
    }
}

#[test]
fn amounts_are_exact_and_forms_take_them_as_people_write_them() {
    let lu = |mut champs: Champs| champs.decimal_optionnel("m").map(|m| m.to_string());
    assert_eq!(lu(json(r#"{"m":"1200.50"}"#)).as_deref(), Some("1200.50"));
    assert_eq!(lu(json(r#"{"m":0.1}"#)).as_deref(), Some("0.1"));
    assert_eq!(lu(form("m=1%E2%80%AF200%2C50")).as_deref(), Some("1200.50"));
    assert_eq!(lu(form("m=")), None);
    for faux in [
        r#"{"m":"1,5"}"#,
        r#"{"m":"1e3"}"#,
        r#"{"m":""}"#,
        r#"{"m":"+1"}"#,
        r#"{"m":".5"}"#,
        r#"{"m":"--1"}"#,
        r#"{"m":"99999999999999999999999999999999"}"#,
    ] {
        let mut champs = json(faux);
        assert_eq!(champs.decimal_optionnel("m"), None, "{faux}");
        assert_eq!(dit(&mut champs), ["m:montant-invalide"], "{faux}");
    }
}

#[test]
fn a_change_tells_an_emptied_field_from_an_absent_one() {
    let mut champs = json(r#"{"email":null,"nom":""}"#);
    assert_eq!(champs.si_present("email", Champs::email_optionnel), Some(None));
    assert_eq!(champs.si_present("devise", Champs::devise), None);
    champs.si_present("nom", |champs, nom| champs.texte(nom, 10));
    assert_eq!(dit(&mut champs), ["nom:champ-requis"]);
    assert!(json("{}").fin_modification(()).is_err());
}

#[test]
fn moments_are_rfc_3339_and_forms_write_them_in_their_own_zone() {
    let paris = chrono_tz::Europe::Paris;
    let lu = |mut champs: Champs| champs.horodatage_optionnel("d", paris).map(|d| d.to_rfc3339());
    assert_eq!(
        lu(json(r#"{"d":"2026-07-01T12:00:00+02:00"}"#)).as_deref(),
        Some("2026-07-01T10:00:00+00:00")
    );
    assert_eq!(lu(form("d=2026-07-01T12:00")).as_deref(), Some("2026-07-01T10:00:00+00:00"));
    assert_eq!(lu(json(r#"{"d":"2026-07-01T12:00"}"#)), None);
    // The hour that the clock skips.
    assert_eq!(lu(form("d=2026-03-29T02:30")), None);
    assert_eq!(json(r#"{"d":"20260-01-01"}"#).date_optionnelle("d"), None);
    assert!(json(r#"{"d":"2026-02-28"}"#).date_optionnelle("d").is_some());
}

#[test]
fn addresses_are_checked_for_shape_only() {
    for bon in ["a@b.fr", "prénom.nom+tag@sous.exemple.co.uk", "a@xn--bcher-kva.example"] {
        assert!(est_email(bon), "{bon}");
    }
    for faux in [
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
        assert!(!est_email(faux), "{faux}");
    }
}

#[test]
fn what_was_typed_is_shown_again_but_passwords() {
    let saisie = form("email=a%40b.fr&motDePasse=secret&cle=k").saisie();
    assert_eq!(saisie.len(), 1);
    assert_eq!(saisie["email"], "a@b.fr");
}
