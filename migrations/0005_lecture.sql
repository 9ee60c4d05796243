-- What a freelancer is to learn of, and whether they have: « nouvelle » is what the client or Stripe did that is
-- also told by mail. What stood before this migration counts as read.
ALTER TABLE evenement_timeline
    ADD COLUMN nouvelle boolean NOT NULL GENERATED ALWAYS AS (
        auteur_id IS NULL AND type_evenement IN ('paiement_recu', 'paiement_echoue', 'paiement_enquete', 'paiement_conteste',
            'paiement_non_conforme', 'ticket_cree', 'ticket_reponse')) STORED,
    ADD COLUMN date_lecture timestamptz;
UPDATE evenement_timeline SET date_lecture = date_creation WHERE nouvelle;
-- Read by every page: few rows.
CREATE INDEX evenement_timeline_non_lu ON evenement_timeline (utilisateur_id, reference_id, id)
    WHERE nouvelle AND date_lecture IS NULL;
