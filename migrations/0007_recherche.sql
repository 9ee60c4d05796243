-- Search over what was written: clients, deals, tickets and their messages, mails and notes. What is compared is
-- kept beside the text, by Postgres itself, so that it cannot lag behind. The edge and the worker have what they
-- need already: the tables are granted whole, and everybody may call a function.

-- Words are compared without case, accents and punctuation, so that « reglee » finds « réglée » and a part of an
-- address finds the whole. No extension: `unaccent` is not IMMUTABLE, which a generated column asks for, and
-- whoever owns the schema may not be allowed to install it.
CREATE FUNCTION mots_recherche(texte text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    -- At most what a tsvector can hold, whatever the text's letters decompose into.
    left(translate(replace(replace(replace(replace(
        lower(normalize(left(coalesce(texte, ''), 30000), NFKD)), 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
        'øØłŁđĐ@._-/+''’:,;()<>', 'oolldd' || repeat(' ', 16)), 60000),
    '[\u0300-\u036f]', '', 'g');

-- Every word as it is written, and its French and its English stem: people write both, often in one text.
CREATE FUNCTION vecteur_recherche(texte text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple', mots_recherche(texte)) || to_tsvector('french', mots_recherche(texte))
    || to_tsvector('english', mots_recherche(texte));

-- All of these words (letters and digits only, folded as above), each as the beginning of a word or by its stem.
-- NULL, which matches nothing, when there is none.
CREATE FUNCTION requete_recherche(mots text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- A word without a stem (« de ») is no news for the log.
SET client_min_messages = warning
RETURN (
    SELECT string_agg('(' || requete::text || ')', ' & ')::tsquery
      FROM (SELECT to_tsquery('simple', '''' || mot || ''':*') || to_tsquery('french', '''' || mot || ''':*')
                   || to_tsquery('english', '''' || mot || ''':*') AS requete
              FROM unnest(mots) AS mot) AS requetes
     WHERE numnode(requete) > 0);

ALTER TABLE client ADD COLUMN recherche tsvector NOT NULL GENERATED ALWAYS AS
    (setweight(vecteur_recherche(nom), 'A') || setweight(vecteur_recherche(email), 'B')) STORED;
ALTER TABLE opportunite ADD COLUMN recherche tsvector NOT NULL GENERATED ALWAYS AS
    (setweight(vecteur_recherche(titre), 'A')) STORED;
ALTER TABLE ticket ADD COLUMN recherche tsvector NOT NULL GENERATED ALWAYS AS
    (setweight(vecteur_recherche(sujet), 'A')) STORED;
ALTER TABLE message_ticket ADD COLUMN recherche tsvector NOT NULL GENERATED ALWAYS AS
    (vecteur_recherche(corps)) STORED;
-- Mails and notes alone: the rest repeats what is found at its deal or ticket.
ALTER TABLE evenement_timeline ADD COLUMN recherche tsvector GENERATED ALWAYS AS
    (CASE WHEN type_evenement IN ('email_client', 'note') THEN
        setweight(vecteur_recherche(meta_json ->> 'sujet'), 'A')
        || setweight(vecteur_recherche(meta_json ->> 'expediteur'), 'B')
        || vecteur_recherche(description_texte) END) STORED;

CREATE INDEX client_recherche ON client USING gin (recherche);
CREATE INDEX opportunite_recherche ON opportunite USING gin (recherche);
CREATE INDEX ticket_recherche ON ticket USING gin (recherche);
CREATE INDEX message_ticket_recherche ON message_ticket USING gin (recherche);
CREATE INDEX evenement_timeline_recherche ON evenement_timeline USING gin (recherche);
