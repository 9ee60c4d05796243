-- A freelancer's own colour: a band at the head of their clients' pages, or none. It never carries text, so that any
-- colour is readable beside it.
ALTER TABLE utilisateur ADD COLUMN couleur text CONSTRAINT utilisateur_couleur CHECK (couleur ~ '^#[0-9a-f]{6}$');
