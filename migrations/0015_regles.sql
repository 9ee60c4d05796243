-- Two rules that lists, sums and the number in the navigation share, each written once. Everybody may call a function.

-- Whether a deal's money is late on a day: won, priced, not paid, and its due date has passed. Whether it has a payment
-- link is no part of it: without Stripe none ever has.
CREATE FUNCTION est_en_retard(etape text, statut text, montant numeric, echeance date, jour date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(etape = 'gagne' AND montant IS NOT NULL AND statut IN ('en_attente', 'echoue') AND echeance < jour, false);

-- Whether a deal asks something of its freelancer on a day: disputed, refused, late, or won and priced without a link. Of a
-- client who was forgotten only a dispute does.
CREATE FUNCTION est_a_faire(etape text, statut text, montant numeric, echeance date, date_lien timestamptz,
                            date_effacement timestamptz, jour date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(etape = 'gagne' AND montant IS NOT NULL
                AND (statut = 'conteste'
                     OR (date_effacement IS NULL
                         AND (statut = 'echoue'
                              OR (statut = 'en_attente' AND (date_lien IS NULL OR echeance < jour))))), false);
