//! Every order in which Stripe may tell the same things, each as often as it likes, ends in the same state.

use std::collections::HashMap;

use chrono::DateTime;
use common::domaine::{StatutPaiement, TypePaiement};
use serde_json::json;

use super::ledger::{self, Occasion};
use super::reversal;
use super::statut::{Fait, statut_paiement};
use crate::integrations::stripe::{StripeReversal, StripeSession};

/// The kinds of news about one payment.
const KINDS: usize = 7;
const INTENT: &str = "pi_1";

/// What an event of a kind tells the ledger.
fn told(kind: usize) -> Vec<Fait> {
    let (id, facts): (&str, Vec<TypePaiement>) = match kind {
        0 => ("cs_1", session("unpaid", false)),
        1 => ("cs_1", session("paid", false)),
        2 => ("cs_1", session("unpaid", true)),
        3 => ("re_1", reversal("refund.created", "succeeded")),
        4 => ("re_1", reversal("refund.failed", "failed")),
        5 => ("dp_1", reversal("charge.dispute.created", "needs_response")),
        _ => ("dp_1", reversal("charge.dispute.closed", "won")),
    };
    let fait = |r#type| Fait {
        r#type,
        stripe_id: id.into(),
        payment_intent: Some(INTENT.into()),
        montant_minor: 100,
        conforme: true,
    };
    facts.into_iter().map(fait).collect()
}

fn session(payment_status: &str, debit_failed: bool) -> Vec<TypePaiement> {
    let object =
        json!({ "id": "cs_1", "status": "complete", "payment_status": payment_status, "livemode": false });
    let session: StripeSession = serde_json::from_value(object).unwrap();
    ledger::told_facts(&session, Occasion { date: DateTime::UNIX_EPOCH, debit_failed })
}

fn reversal(event_type: &str, status: &str) -> Vec<TypePaiement> {
    let object =
        json!({ "id": "re_1", "amount": 100, "currency": "eur", "payment_intent": INTENT, "status": status });
    let reversal: StripeReversal = serde_json::from_value(object).unwrap();
    reversal::told_facts(event_type, &reversal).into_iter().map(|(r#type, _)| r#type).collect()
}

/// The ledger as the worker keeps it: each fact once; what goes back of a payment that is not known yet waits for it.
#[derive(Clone, Default)]
struct Ledger {
    facts: Vec<Fait>,
    early: Vec<usize>,
}

impl Ledger {
    fn tell(&mut self, kind: usize, news: &[Vec<Fait>]) {
        let received = |ledger: &Self| ledger.facts.iter().any(|fait| fait.r#type == TypePaiement::Recu);
        if kind >= 3 && !received(self) {
            return self.early.push(kind);
        }
        for fait in &news[kind] {
            if !self.facts.contains(fait) {
                self.facts.push(fait.clone());
            }
        }
        if kind < 3 && received(self) {
            for kind in std::mem::take(&mut self.early) {
                self.tell(kind, news);
            }
        }
    }
}

/// Tells every sequence that begins like this one; the states by the set of kinds that were told.
fn tell_all(
    ledger: &Ledger,
    set: usize,
    left: usize,
    news: &[Vec<Fait>],
    seen: &mut HashMap<usize, StatutPaiement>,
) -> usize {
    let statut = statut_paiement(&ledger.facts);
    assert_eq!(*seen.entry(set).or_insert(statut), statut, "kinds {set:07b}: {:?}", ledger.facts);
    if left == 0 {
        return 1;
    }
    let each = (0..KINDS).map(|kind| {
        let mut next = ledger.clone();
        next.tell(kind, news);
        tell_all(&next, set | 1 << kind, left - 1, news, seen)
    });
    1 + each.sum::<usize>()
}

#[test]
fn every_sequence_of_events_ends_in_the_state_of_its_set() {
    // Eight in the long run.
    let longest = if std::env::var_os("SOAK").is_some() { 8 } else { 6 };
    let news: Vec<_> = (0..KINDS).map(told).collect();
    let mut seen = HashMap::new();
    let sequences = tell_all(&Ledger::default(), 0, longest, &news, &mut seen);
    assert_eq!(
        sequences,
        (0..=longest).map(|length| KINDS.pow(u32::try_from(length).unwrap())).sum::<usize>()
    );
    let ends = |kinds: &[usize]| seen[&kinds.iter().fold(0, |set, kind| set | 1 << kind)];
    assert_eq!(ends(&[0, 2]), StatutPaiement::Echoue);
    assert_eq!(ends(&[0, 1, 2]), StatutPaiement::Paye);
    assert_eq!(ends(&[1, 3]), StatutPaiement::Rembourse);
    assert_eq!(ends(&[1, 3, 4]), StatutPaiement::Paye);
    assert_eq!(ends(&[1, 5]), StatutPaiement::Conteste);
    assert_eq!(ends(&[1, 5, 6]), StatutPaiement::Paye);
}
