//! `statutPaiement`, derived from the ledger by one pure function.

use common::domaine::{StatutPaiement, TypePaiement};

/// A row of the ledger, as far as the deal's state is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fait {
    /// What the row tells.
    pub r#type: TypePaiement,
    /// Stripe's id of what it tells of: a Checkout Session, dispute or refund; ours for money that came
    /// another way.
    pub stripe_id: String,
    /// The payment that a refund goes back from, as the payment's own fact names it.
    pub payment_intent: Option<String>,
    /// In minor units.
    pub montant_minor: i64,
    /// Whether session, amount, currency and livemode match what was asked.
    pub conforme: bool,
}

/// Where a deal's payment stands.
///
/// A function of the *set* of facts: their order and how often each is told change nothing. Money that
/// does not match what was asked (`conforme = false`) is shown elsewhere and never moves the deal.
#[must_use]
pub fn statut_paiement(faits: &[Fait]) -> StatutPaiement {
    let of = |r#type| faits.iter().filter(move |fait| fait.conforme && fait.r#type == r#type);
    let told = |r#type, stripe_id: &str| of(r#type).any(|fait| fait.stripe_id == stripe_id);

    let online = of(TypePaiement::Recu).filter(|fait| fait.montant_minor > 0);
    let other_way = of(TypePaiement::Encaisse)
        .filter(|fait| !told(TypePaiement::EncaisseAnnule, &fait.stripe_id))
        .map(|fait| (fait.montant_minor, 0));
    // Each payment with what went back of it: of two, one may be given back whole and the deal stays paid.
    let payments: Vec<(i64, i64)> = online
        .map(|recu| {
            let sum = |r#type| {
                let of_it = of(r#type).filter(|fait| fait.payment_intent == recu.payment_intent);
                of_it.map(|fait| fait.montant_minor).sum::<i64>()
            };
            (recu.montant_minor, sum(TypePaiement::Rembourse) - sum(TypePaiement::RembourseEchoue))
        })
        .chain(other_way)
        .collect();
    if !payments.is_empty() {
        // An inquiry takes no money. Earlier versions noted one as a dispute: its end ends that too.
        let contested = of(TypePaiement::Conteste).any(|fait| {
            !told(TypePaiement::ContesteGagne, &fait.stripe_id)
                && !told(TypePaiement::EnqueteClose, &fait.stripe_id)
        });
        return if contested {
            StatutPaiement::Conteste
        } else if payments.iter().any(|(_, back)| *back == 0) {
            StatutPaiement::Paye
        } else if payments.iter().any(|(received, back)| back < received) {
            StatutPaiement::RemboursePartiel
        } else {
            StatutPaiement::Rembourse
        };
    }
    let under_way = of(TypePaiement::EnCours).any(|fait| {
        !told(TypePaiement::Echoue, &fait.stripe_id) && !told(TypePaiement::Recu, &fait.stripe_id)
    });
    if under_way {
        StatutPaiement::EnCours
    } else if of(TypePaiement::Echoue).next().is_some() {
        StatutPaiement::Echoue
    } else {
        StatutPaiement::EnAttente
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fait(r#type: TypePaiement, stripe_id: &str, montant_minor: i64) -> Fait {
        Fait { r#type, stripe_id: stripe_id.into(), payment_intent: None, montant_minor, conforme: true }
    }

    #[test]
    fn each_state_follows_from_its_facts() {
        use StatutPaiement as S;
        use TypePaiement as T;
        let (recu, en_cours) = (fait(T::Recu, "cs_1", 100), fait(T::EnCours, "cs_1", 100));
        let echoue = fait(T::Echoue, "cs_1", 100);
        let dispute = fait(T::Conteste, "dp_1", 100);
        for (faits, statut) in [
            (vec![], S::EnAttente),
            (vec![en_cours.clone()], S::EnCours),
            (vec![en_cours.clone(), echoue.clone()], S::Echoue),
            (vec![en_cours.clone(), echoue.clone(), fait(T::EnCours, "cs_2", 100)], S::EnCours),
            (vec![en_cours, recu.clone()], S::Paye),
            (vec![echoue, recu.clone()], S::Paye),
            (vec![recu.clone(), fait(T::Rembourse, "re_1", 40)], S::RemboursePartiel),
            (
                vec![recu.clone(), fait(T::Rembourse, "re_1", 40), fait(T::Rembourse, "re_2", 60)],
                S::Rembourse,
            ),
            (
                vec![recu.clone(), fait(T::Rembourse, "re_1", 40), fait(T::RembourseEchoue, "re_1", 40)],
                S::Paye,
            ),
            (vec![recu.clone(), fait(T::Enquete, "dp_1", 100)], S::Paye),
            (vec![recu.clone(), fait(T::Enquete, "dp_1", 100), dispute.clone()], S::Conteste),
            (vec![recu.clone(), dispute.clone(), fait(T::EnqueteClose, "dp_1", 100)], S::Paye),
            (vec![recu.clone(), dispute.clone()], S::Conteste),
            (vec![recu.clone(), dispute.clone(), fait(T::ContesteGagne, "dp_1", 100)], S::Paye),
            (vec![recu, dispute, fait(T::ContestePerdu, "dp_1", 100)], S::Conteste),
        ] {
            assert_eq!(statut_paiement(&faits), statut, "{faits:?}");
        }
    }

    #[test]
    fn money_that_came_another_way_counts_until_it_is_taken_back() {
        use TypePaiement as T;
        let transfer = fait(T::Encaisse, "guichet_1", 100);
        let taken_back = fait(T::EncaisseAnnule, "guichet_1", 100);
        assert_eq!(statut_paiement(std::slice::from_ref(&transfer)), StatutPaiement::Paye);
        let (reversed, again) = ([taken_back, transfer], fait(T::Encaisse, "guichet_2", 100));
        assert_eq!(statut_paiement(&reversed), StatutPaiement::EnAttente);
        assert_eq!(statut_paiement(&[reversed.as_slice(), &[again]].concat()), StatutPaiement::Paye);
    }

    #[test]
    fn a_surplus_that_goes_back_leaves_the_deal_paid() {
        use TypePaiement as T;
        let of = |r#type, stripe_id: &str, intent: &str, montant_minor| Fait {
            payment_intent: Some(intent.into()),
            ..fait(r#type, stripe_id, montant_minor)
        };
        let mut faits = vec![of(T::Recu, "cs_1", "pi_1", 100), of(T::Recu, "cs_2", "pi_2", 100)];
        faits.push(of(T::Rembourse, "re_1", "pi_2", 100));
        assert_eq!(statut_paiement(&faits), StatutPaiement::Paye);
        faits.push(of(T::Rembourse, "re_2", "pi_1", 40));
        assert_eq!(statut_paiement(&faits), StatutPaiement::RemboursePartiel);
        faits.push(of(T::Rembourse, "re_3", "pi_1", 60));
        assert_eq!(statut_paiement(&faits), StatutPaiement::Rembourse);
    }

    #[test]
    fn a_refund_that_comes_back_leaves_the_deal_paid() {
        use TypePaiement as T;
        let faits = [
            fait(T::Recu, "cs_1", 100),
            fait(T::Rembourse, "re_1", 100),
            fait(T::RembourseEchoue, "re_1", 100),
        ];
        permutations(&faits, &mut |order| assert_eq!(statut_paiement(order), StatutPaiement::Paye));
    }

    #[test]
    fn money_that_does_not_match_moves_nothing() {
        for r#type in TypePaiement::ALL {
            let stray = Fait { conforme: false, ..fait(*r#type, "cs_1", 100) };
            assert_eq!(statut_paiement(&[stray]), StatutPaiement::EnAttente, "{type}");
        }
    }

    #[test]
    fn every_order_of_the_facts_ends_in_the_same_state() {
        use TypePaiement as T;
        let all = [
            fait(T::EnCours, "cs_1", 100),
            fait(T::Echoue, "cs_1", 100),
            fait(T::Recu, "cs_2", 100),
            fait(T::Rembourse, "re_1", 30),
            fait(T::Conteste, "dp_1", 100),
            fait(T::ContesteGagne, "dp_1", 100),
        ];
        for subset in 0_usize..1 << all.len() {
            let chosen: Vec<_> =
                (0..all.len()).filter(|i| subset >> i & 1 == 1).map(|i| all[i].clone()).collect();
            let expected = statut_paiement(&chosen);
            permutations(&chosen, &mut |order| assert_eq!(statut_paiement(order), expected, "{order:?}"));
        }
    }

    fn permutations(rest: &[Fait], check: &mut dyn FnMut(&[Fait])) {
        fn go(head: &mut Vec<Fait>, rest: &[Fait], check: &mut dyn FnMut(&[Fait])) {
            if rest.is_empty() {
                return check(head);
            }
            for i in 0..rest.len() {
                let mut others = rest.to_vec();
                head.push(others.remove(i));
                go(head, &others, check);
                head.pop();
            }
        }
        go(&mut Vec::new(), rest, check);
    }
}
