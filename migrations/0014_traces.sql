-- Clients that were deleted, by the id that Stripe's events still name them with: what comes of one later is cut down
-- to what settling reads. Of an id that stands neither here nor among clients (another product of the same Stripe
-- account, a restored backup) events are kept whole.
CREATE TABLE client_supprime (
    id uuid PRIMARY KEY,
    date_suppression timestamptz NOT NULL
);
GRANT SELECT, INSERT ON client_supprime TO guichet_worker;

-- Search finds a deal by its exact price.
CREATE INDEX opportunite_par_montant ON opportunite (utilisateur_id, montant_estime);

-- Never written, and read by nobody since logos have a table of their own.
ALTER TABLE utilisateur DROP COLUMN logo_url;
