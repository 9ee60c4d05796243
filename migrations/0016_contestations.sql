-- A bank takes the money of a dispute when it opens it and gives it back when the dispute is won: what the ledger sums follows it.
-- Before, disputed money counted as received, also once it was lost.
DROP VIEW opportunite_argent, paiement_reste;
ALTER TABLE paiement DROP COLUMN mouvement_minor;
-- What the row does to the money that is kept: all sums of money are sums of this. That a dispute is lost moves nothing more.
ALTER TABLE paiement ADD COLUMN mouvement_minor bigint NOT NULL GENERATED ALWAYS AS (
    CASE WHEN type IN ('recu', 'encaisse', 'rembourse_echoue', 'conteste_gagne') THEN montant_minor
         WHEN type IN ('rembourse', 'encaisse_annule', 'conteste') THEN -montant_minor
         ELSE 0 END) STORED;

-- As before, with what disputes hold.
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
              coalesce(-sum(mouvement_minor) FILTER (
                WHERE type IN ('conteste', 'conteste_gagne') AND conforme), 0)::bigint AS conteste_minor,
              coalesce(bool_or(NOT conforme AND type = 'recu'), false) AS non_conforme,
              max(date_paiement) FILTER (WHERE type = 'en_cours') AS date_lancement,
              max(date_paiement) FILTER (WHERE type IN ('recu', 'encaisse') AND conforme) AS date_recu,
              max(date_paiement) FILTER (WHERE type = 'rembourse') AS date_rembourse
         FROM paiement WHERE opportunite_id = o.id) p;

-- What is left to refund of each payment through Stripe: refunds that are under way, or of unknown outcome, are
-- taken off, and so is what a dispute holds. What the edge shows and what the worker holds a wish against is this.
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

-- Whether a bank took the disputed money of a deal back for good: no dispute of it is open.
CREATE FUNCTION litige_perdu(opportunite_id uuid, statut text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN statut = 'conteste' AND NOT litige_ouvert(opportunite_id);
