-- As for cards (0009): what a pasted mail or note says and on whose timeline it stands, and where a ticket stands and
-- whose turn it is, each as one short word. Who changes one of them in a tab that was left open says what they saw.
ALTER TABLE evenement_timeline ADD COLUMN version text NOT NULL GENERATED ALWAYS AS
    (hashtextextended(client_id::text || E'\n' || coalesce(meta_json ->> 'expediteur', '') || E'\n'
        || coalesce(meta_json ->> 'sujet', '') || E'\n' || description_texte, 0)::text) STORED;
ALTER TABLE ticket ADD COLUMN version text NOT NULL GENERATED ALWAYS AS
    (hashtextextended(statut_ticket || E'\n' || type_ticket || E'\n' || dernier_auteur, 0)::text) STORED;
