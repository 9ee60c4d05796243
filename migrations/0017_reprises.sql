-- What disputes hold while they are open, apart from what banks took for good: of a deal with one of each, the two were one sum.
-- `conteste_minor` counts open disputes alone now; `repris_minor` is what lost ones took.
CREATE OR REPLACE VIEW opportunite_argent AS
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
              coalesce(-sum(mouvement_minor) FILTER (WHERE litige AND NOT perdu), 0)::bigint AS conteste_minor,
              coalesce(bool_or(NOT conforme AND type = 'recu'), false) AS non_conforme,
              max(date_paiement) FILTER (WHERE type = 'en_cours') AS date_lancement,
              max(date_paiement) FILTER (WHERE type IN ('recu', 'encaisse') AND conforme) AS date_recu,
              max(date_paiement) FILTER (WHERE type = 'rembourse') AS date_rembourse,
              coalesce(-sum(mouvement_minor) FILTER (WHERE litige AND perdu), 0)::bigint AS repris_minor
         FROM paiement l
        CROSS JOIN LATERAL (SELECT l.type IN ('conteste', 'conteste_gagne') AND l.conforme AS litige) AS de
        CROSS JOIN LATERAL (SELECT litige AND EXISTS (
              SELECT FROM paiement f WHERE f.type = 'conteste_perdu' AND f.stripe_id = l.stripe_id) AS perdu) AS fin
        WHERE l.opportunite_id = o.id) p;

-- Earlier versions noted an inquiry as a dispute: its end gives back what it took.
INSERT INTO paiement (id, opportunite_id, session_paiement_id, type, stripe_id, montant_minor, devise, livemode, conforme,
                      stripe_payment_intent, date_paiement, date_creation)
SELECT gen_random_uuid(), c.opportunite_id, c.session_paiement_id, 'conteste_gagne', c.stripe_id, c.montant_minor, c.devise,
       c.livemode, c.conforme, c.stripe_payment_intent, f.date_paiement, now()
  FROM paiement c JOIN paiement f ON f.type = 'enquete_close' AND f.stripe_id = c.stripe_id
 WHERE c.type = 'conteste'
    ON CONFLICT DO NOTHING;
