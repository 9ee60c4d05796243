-- A freelancer's logo, which stands at the head of their clients' pages. One row for each who has one: it is
-- replaced, and its old address dies with it. `empreinte` is its address (/logos/{empreinte}), so that browsers
-- may keep it for ever. `utilisateur.logo_url` was never written; it goes with a later migration, when no edge
-- that still reads it can be running beside this one.
CREATE TABLE logo (
    utilisateur_id uuid PRIMARY KEY CONSTRAINT logo_utilisateur REFERENCES utilisateur (id) ON DELETE CASCADE,
    -- SHA-256 of the file, in hexadecimal.
    empreinte text NOT NULL,
    format text NOT NULL CONSTRAINT logo_format CHECK (format IN ('png', 'jpeg', 'webp')),
    -- In pixels: a page keeps its place free before it has come.
    largeur integer NOT NULL CONSTRAINT logo_largeur CHECK (largeur BETWEEN 1 AND 2000),
    hauteur integer NOT NULL CONSTRAINT logo_hauteur CHECK (hauteur BETWEEN 1 AND 2000),
    octets bytea NOT NULL CONSTRAINT logo_poids CHECK (octet_length(octets) <= 102400)
);
-- Not unique: two freelancers of one house may have the same.
CREATE INDEX logo_par_empreinte ON logo (empreinte);

GRANT SELECT ON logo TO guichet_edge;
GRANT SELECT, INSERT, UPDATE, DELETE ON logo TO guichet_worker;
