//! The domain's closed vocabularies: every status that a column, a JSON field or a form may hold.
//!
//! Each is spelt the same in Rust (`as_str`), SQL, JSON and forms.

use serde::{Deserialize, Serialize};

/// Declares a closed vocabulary stored as text: its variants, their one spelling, and their order.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(type_name = "text")]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $(#[$vmeta])* #[serde(rename = $text)] #[sqlx(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, in the order in which people meet them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The one spelling, from URL to column.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(UnknownWord) }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// A text that is not one of the vocabulary's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown word")]
pub struct UnknownWord;

vocabulary! {
    /// What a client is: a company or a person.
    TypeClient { Entreprise = "entreprise", Particulier = "particulier" }
}

vocabulary! {
    /// The languages of the pages and mails.
    Langue { Fr = "fr", En = "en" }
}

vocabulary! {
    /// Where a deal stands in the pipeline.
    EtapePipeline {
        Prospect = "prospect",
        Qualifie = "qualifie",
        Proposition = "proposition",
        Gagne = "gagne",
        Perdu = "perdu",
    }
}

vocabulary! {
    /// What deals are narrowed to by the day on which they are to be paid.
    Echeance {
        /// Won, not paid, and the day has passed.
        EnRetard = "en_retard",
        /// In the month of whoever looks.
        CeMois = "ce_mois",
        SansEcheance = "sans_echeance",
    }
}

vocabulary! {
    /// Where a deal's payment stands: derived from the ledger, never set by hand.
    StatutPaiement {
        EnAttente = "en_attente",
        /// A bank debit is on its way.
        EnCours = "en_cours",
        Paye = "paye",
        Echoue = "echoue",
        RemboursePartiel = "rembourse_partiel",
        Rembourse = "rembourse",
        Conteste = "conteste",
    }
}

impl StatutPaiement {
    /// Whether money came, or is on its way: the deal's terms are no longer the freelancer's alone.
    pub const fn is_paid_for(self) -> bool {
        !matches!(self, Self::EnAttente | Self::Echoue)
    }
}

vocabulary! {
    /// Where one attempt at a Stripe Checkout Session stands.
    StatutSession {
        /// Its key and parameters are frozen; Stripe may or may not have heard of it.
        Preparee = "preparee",
        /// Stripe has it and its URL can be paid.
        Ouverte = "ouverte",
        /// Checkout is complete; the money is here, or on its way (`paiement` says which).
        Payee = "payee",
        Expiree = "expiree",
        /// Expired on our demand: the price changed, the deal left `gagne`, the link was cancelled.
        Annulee = "annulee",
        /// Stripe does not know it: refused, or never heard of before its time ran out.
        Abandonnee = "abandonnee",
    }
}

vocabulary! {
    /// Where one refund stands.
    StatutRemboursement {
        /// Its key and parameters are frozen; Stripe may or may not have heard of it.
        Prepare = "prepare",
        /// Stripe has it, the bank does not yet.
        EnCours = "en_cours",
        /// The money went back.
        Fait = "fait",
        /// It did not: refused, or sent back by the bank.
        Echoue = "echoue",
    }
}

vocabulary! {
    /// A line of the ledger: a fact about money, told by Stripe or by the freelancer.
    TypePaiement {
        /// Money is here.
        Recu = "recu",
        /// A bank debit was started (`payment_status = unpaid` at completion).
        EnCours = "en_cours",
        /// A bank debit that was started did not come through.
        Echoue = "echoue",
        Rembourse = "rembourse",
        /// A refund did not reach the client: its money is back.
        RembourseEchoue = "rembourse_echoue",
        /// The payer's bank asks about the payment; no money is taken.
        Enquete = "enquete",
        EnqueteClose = "enquete_close",
        Conteste = "conteste",
        /// The dispute ended in the freelancer's favour.
        ContesteGagne = "conteste_gagne",
        ContestePerdu = "conteste_perdu",
        /// Money came another way than Stripe, as the freelancer says.
        Encaisse = "encaisse",
        /// The freelancer takes that back: the row against an `encaisse` of the same id.
        EncaisseAnnule = "encaisse_annule",
    }
}

vocabulary! {
    /// By which way money came that Stripe knows nothing of.
    MoyenPaiement { Virement = "virement", Especes = "especes", Autre = "autre" }
}

vocabulary! {
    /// Who told of an event of Stripe's first.
    Source {
        Webhook = "webhook",
        /// The worker's own look at Stripe's list of events.
        Reconciliation = "reconciliation",
    }
}

vocabulary! {
    /// How far back a run of the reconciliation looks.
    Fenetre {
        /// Each minute.
        Heure = "heure",
        /// Each hour.
        TroisJours = "trois_jours",
        /// Each day.
        TrenteJours = "trente_jours",
        /// By hand: `worker reconcile`.
        Manuelle = "manuelle",
    }
}

vocabulary! {
    /// What a search finds, in the order in which its page shows it.
    Genre {
        /// By name and address.
        Client = "client",
        /// By title.
        Opportunite = "opportunite",
        /// By subject and messages.
        Ticket = "ticket",
        /// By sender, subject and text.
        Email = "email",
        /// By text.
        Note = "note",
    }
}

vocabulary! {
    /// What a ticket is about.
    TypeTicket { Question = "question", Bug = "bug", Demande = "demande" }
}

vocabulary! {
    /// How far a ticket is.
    StatutTicket { Nouveau = "nouveau", EnCours = "en_cours", Resolu = "resolu" }
}

vocabulary! {
    /// What an event of a client's timeline tells.
    TypeEvenement {
        EmailClient = "email_client",
        Note = "note",
        PaiementRecu = "paiement_recu",
        /// A bank debit was started.
        PaiementLance = "paiement_lance",
        PaiementEchoue = "paiement_echoue",
        PaiementRembourse = "paiement_rembourse",
        /// A refund did not reach the client.
        RemboursementEchoue = "remboursement_echoue",
        /// A card was refused on Stripe's page, which is still open.
        TentativeRefusee = "tentative_refusee",
        /// The payer's bank asks about the payment; no money is taken.
        PaiementEnquete = "paiement_enquete",
        EnqueteClose = "enquete_close",
        PaiementConteste = "paiement_conteste",
        LitigeGagne = "litige_gagne",
        LitigePerdu = "litige_perdu",
        /// Money came that does not match its session: kept, shown, never `paye`.
        PaiementNonConforme = "paiement_non_conforme",
        /// The freelancer says that money came another way.
        PaiementEncaisse = "paiement_encaisse",
        /// And takes it back.
        EncaissementAnnule = "encaissement_annule",
        LienPaiementGenere = "lien_paiement_genere",
        LienPaiementAnnule = "lien_paiement_annule",
        /// The payment link was mailed to the client.
        LienPaiementEnvoye = "lien_paiement_envoye",
        TicketCree = "ticket_cree",
        TicketReponse = "ticket_reponse",
        TicketResolu = "ticket_resolu",
        EtapeChangee = "etape_changee",
        MontantChange = "montant_change",
        PortailGenere = "portail_genere",
        PortailRevoque = "portail_revoque",
    }
}

vocabulary! {
    /// What a mail of the outbox tells, and what its `reference_id` points at.
    TypeCourriel {
        /// The payment link, to the client: the deal.
        LienPaiement = "lien_paiement",
        /// The payment link once more: the deal.
        Rappel = "rappel",
        /// To the freelancer: the line of the ledger.
        PaiementRecu = "paiement_recu",
        PaiementEchoue = "paiement_echoue",
        PaiementEnquete = "paiement_enquete",
        PaiementConteste = "paiement_conteste",
        PaiementNonConforme = "paiement_non_conforme",
        /// To the side that did not write it: the message.
        TicketCree = "ticket_cree",
        TicketReponse = "ticket_reponse",
        /// The link that sets a new password: the utilisateur.
        MotDePasse = "mot_de_passe",
    }
}

vocabulary! {
    /// Where a mail of the outbox stands.
    StatutCourriel {
        EnAttente = "en_attente",
        /// The mail server took it.
        Envoye = "envoye",
        /// There was nothing to say any more, or nobody to say it to.
        Annule = "annule",
        /// Refused, or tried for too long.
        Echoue = "echoue",
    }
}

vocabulary! {
    /// Who wrote a message of a ticket.
    Auteur { Client = "client", Utilisateur = "utilisateur" }
}

vocabulary! {
    /// How a job ended. `en_attente` and `en_cours` live in Redis and never reach the table.
    StatutJob {
        EnAttente = "en_attente",
        EnCours = "en_cours",
        /// Done: its effect is committed.
        Termine = "termine",
        /// Refused for a reason that the sender can read and mend.
        Rejete = "rejete",
        /// Given up: parked with its envelope, visible, and can be run again.
        Echoue = "echoue",
    }
}

vocabulary! {
    /// What a logo's file is.
    FormatLogo { Png = "png", Jpeg = "jpeg", Webp = "webp" }
}

vocabulary! {
    /// What a job's result points at.
    Entite {
        Utilisateur = "utilisateur",
        Client = "client",
        Opportunite = "opportunite",
        Ticket = "ticket",
        MessageTicket = "message_ticket",
        EvenementTimeline = "evenement_timeline",
        EvenementStripe = "evenement_stripe",
        SessionPaiement = "session_paiement",
        JetonApi = "jeton_api",
    }
}
