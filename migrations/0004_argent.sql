-- What the ledger says of a deal's money. One view, so that the freelancer's page, the payment link and the portal
-- cannot count differently; beside the deal and not grouped, so that a page of deals reads their rows only.
CREATE VIEW opportunite_argent AS
SELECT o.id AS opportunite_id, p.*
  FROM opportunite o
 CROSS JOIN LATERAL (
       SELECT count(*) AS lignes,
              -- Payments that stand: two are one too many.
              count(*) FILTER (WHERE type IN ('recu', 'encaisse') AND conforme)
                - count(*) FILTER (WHERE type = 'encaisse_annule') AS recus,
              coalesce(sum(mouvement_minor) FILTER (
                WHERE type IN ('recu', 'encaisse', 'encaisse_annule') AND conforme), 0)::bigint AS recu_minor,
              coalesce(-sum(mouvement_minor) FILTER (
                WHERE type IN ('rembourse', 'rembourse_echoue') AND conforme), 0)::bigint AS rembourse_minor,
              coalesce(bool_or(NOT conforme AND type = 'recu'), false) AS non_conforme,
              max(date_paiement) FILTER (WHERE type = 'en_cours') AS date_lancement,
              max(date_paiement) FILTER (WHERE type IN ('recu', 'encaisse') AND conforme) AS date_recu,
              max(date_paiement) FILTER (WHERE type = 'rembourse') AS date_rembourse,
              max(date_paiement) AS date_dernier
         FROM paiement WHERE opportunite_id = o.id) p;

-- What is left to refund of each payment through Stripe: refunds that are under way, or of unknown outcome, are
-- taken off. What the edge shows and what the worker holds a wish against is this.
CREATE VIEW paiement_reste AS
SELECT p.id AS paiement_id, p.opportunite_id, p.stripe_payment_intent, p.devise, p.date_paiement,
       p.montant_minor
         + coalesce((SELECT sum(r.mouvement_minor) FROM paiement r
              WHERE r.stripe_payment_intent = p.stripe_payment_intent AND r.type <> 'recu'), 0)::bigint
         - coalesce((SELECT sum(a.montant_minor) FROM remboursement a
              WHERE a.paiement_id = p.id AND a.statut IN ('prepare', 'en_cours')), 0)::bigint AS reste_minor
  FROM paiement p
 WHERE p.type = 'recu' AND p.stripe_payment_intent IS NOT NULL;

GRANT SELECT ON opportunite_argent, paiement_reste TO guichet_edge, guichet_worker;

-- The deal's page says of which refund nobody knows whether it was made.
GRANT SELECT (incertain) ON remboursement TO guichet_edge;
-- Refunds of unknown outcome, which the worker's timer looks for.
CREATE INDEX remboursement_inacheve ON remboursement (date_modification) WHERE statut = 'prepare';

-- A bank that only asks (Stripe's inquiry) has taken no money: the deal stays paid, and can be refunded.
ALTER TABLE paiement DROP CONSTRAINT paiement_type;
ALTER TABLE paiement ADD CONSTRAINT paiement_type CHECK (type IN
    ('recu', 'en_cours', 'echoue', 'rembourse', 'rembourse_echoue', 'enquete', 'enquete_close', 'conteste',
     'conteste_gagne', 'conteste_perdu', 'encaisse', 'encaisse_annule'));
ALTER TABLE courriel DROP CONSTRAINT courriel_type;
ALTER TABLE courriel ADD CONSTRAINT courriel_type CHECK (type IN
    ('lien_paiement', 'rappel', 'paiement_recu', 'paiement_echoue', 'paiement_enquete', 'paiement_conteste',
     'paiement_non_conforme', 'ticket_cree', 'ticket_reponse', 'mot_de_passe'));
