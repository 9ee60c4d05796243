-- Rules that lists, sums and the number in the navigation share, each written once. Everybody may call a function.

-- Whether a dispute of a deal is still to be decided: one that the bank has decided for its customer asks nothing more.
CREATE FUNCTION litige_ouvert(deal uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM paiement c
     WHERE c.opportunite_id = deal AND c.type = 'conteste'
       AND NOT EXISTS (SELECT FROM paiement f
                        WHERE f.type IN ('conteste_gagne', 'conteste_perdu', 'enquete_close') AND f.stripe_id = c.stripe_id));

-- Whether a deal's money is late on a day: won, priced, not paid, and its due date has passed. Whether it has a payment
-- link is no part of it: without Stripe none ever has.
CREATE FUNCTION est_en_retard(etape text, statut text, montant numeric, echeance date, jour date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(etape = 'gagne' AND montant IS NOT NULL AND statut IN ('en_attente', 'echoue') AND echeance < jour, false);

-- Whether a deal asks something of its freelancer on a day: in an open dispute, refused, late, or won and priced without a link. Of a
-- client who was forgotten only a dispute does.
CREATE FUNCTION est_a_faire(deal uuid, etape text, statut text, montant numeric, echeance date, date_lien timestamptz,
                            date_effacement timestamptz, jour date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(etape = 'gagne' AND montant IS NOT NULL
                AND ((statut = 'conteste' AND litige_ouvert(deal))
                     OR (date_effacement IS NULL
                         AND (statut = 'echoue'
                              OR (statut = 'en_attente' AND (date_lien IS NULL OR echeance < jour))))), false);

-- As before, but a dispute presses only while it is open: one that was lost stands with what is settled.
DROP FUNCTION rang_opportunite(text, text, date, date);
CREATE FUNCTION rang_opportunite(deal uuid, etape text, statut text, echeance date, jour date) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN statut = 'conteste' THEN CASE WHEN litige_ouvert(deal) THEN 0 ELSE 6 END
            WHEN etape = 'perdu' THEN 7
            WHEN etape <> 'gagne' THEN 5
            WHEN statut IN ('paye', 'rembourse', 'rembourse_partiel') THEN 6
            WHEN statut = 'en_cours' THEN 4
            WHEN echeance < jour THEN 1
            WHEN statut = 'echoue' THEN 2
            ELSE 3 END;
