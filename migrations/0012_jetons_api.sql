-- Personal API tokens: what a freelancer's scripts come with instead of a session. Only the token's SHA-256 is kept:
-- it is looked up by it and never shown again. Revoking deletes the row, so what stands here is what opens.
CREATE TABLE jeton_api (
    id uuid PRIMARY KEY,
    utilisateur_id uuid NOT NULL CONSTRAINT jeton_api_utilisateur REFERENCES utilisateur (id) ON DELETE CASCADE,
    nom text NOT NULL CONSTRAINT jeton_api_nom CHECK (char_length(nom) BETWEEN 1 AND 80),
    jeton_hash bytea NOT NULL CONSTRAINT jeton_api_hash UNIQUE,
    date_creation timestamptz NOT NULL
);
CREATE INDEX jeton_api_par_utilisateur ON jeton_api (utilisateur_id);

-- The edge looks tokens up; a token is never changed, only made and deleted.
GRANT SELECT ON jeton_api TO guichet_edge;
GRANT SELECT, INSERT, DELETE ON jeton_api TO guichet_worker;
