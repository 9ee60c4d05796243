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

-- Whether a deal is among those that a list or the board is narrowed to; each argument that is null lets all pass. Deals of a client who
-- was forgotten only where that client is asked for; a payment status says something of won deals alone.
CREATE FUNCTION est_retenue(o opportunite, client_nom text, recherche text, client uuid, statut text, monnaie text, date_due text, jour date)
RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN (recherche IS NULL OR o.titre ILIKE recherche OR client_nom ILIKE recherche)
   AND CASE WHEN client IS NULL THEN o.date_effacement IS NULL ELSE o.client_id = client END
   AND (statut IS NULL OR (o.statut_paiement = statut AND o.etape_pipeline = 'gagne'))
   AND (monnaie IS NULL OR o.devise = monnaie)
   AND (date_due IS NULL OR CASE date_due
        WHEN 'en_retard' THEN est_en_retard(o.etape_pipeline, o.statut_paiement, o.montant_estime, o.echeance, jour)
        WHEN 'ce_mois' THEN date_trunc('month', o.echeance) = date_trunc('month', jour)
        ELSE o.echeance IS NULL END);
