-- Clients that were deleted, by the id that Stripe's events still name them with: what comes of one later is cut down
-- to what settling reads. Of an id that stands neither here nor among clients (another product of the same Stripe
-- account, a restored backup) events are kept whole.
CREATE TABLE client_supprime (
    id uuid PRIMARY KEY,
    date_suppression timestamptz NOT NULL
);
GRANT SELECT, INSERT ON client_supprime TO guichet_worker;
-- Those that were deleted before.
INSERT INTO client_supprime (id, date_suppression)
SELECT (resultat ->> 'id')::uuid, max(date_fin) FROM job_resultat
 WHERE type = 'DeleteClient' AND statut = 'termine' AND resultat ->> 'id' IS NOT NULL GROUP BY 1;

-- Search finds a deal by its exact price.
CREATE INDEX opportunite_par_montant ON opportunite (utilisateur_id, montant_estime);

-- Never written, and read by nobody since logos have a table of their own.
ALTER TABLE utilisateur DROP COLUMN logo_url;

-- How pressing a deal is on a day, least first: disputed, late, refused, owed, with a debit under way, to be won, settled,
-- lost. One rule for what is to do, the board and a client's deals. Everybody may call a function.
CREATE FUNCTION rang_opportunite(etape text, statut text, echeance date, jour date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN statut = 'conteste' THEN 0
            WHEN etape = 'perdu' THEN 7
            WHEN etape <> 'gagne' THEN 5
            WHEN statut IN ('paye', 'rembourse', 'rembourse_partiel') THEN 6
            WHEN statut = 'en_cours' THEN 4
            WHEN echeance < jour THEN 1
            WHEN statut = 'echoue' THEN 2
            ELSE 3 END;
