-- What a card says, as one short word: who changes it says which they saw, and is refused when it says something else
-- by now. A date would not do: a payment's news, a link and a stage move a deal's, and its card says the same. The stage
-- is no part of it: the card's form does not show it.
ALTER TABLE client ADD COLUMN version text NOT NULL GENERATED ALWAYS AS
    (hashtextextended(nom || E'\n' || type || E'\n' || coalesce(email, '') || E'\n' || langue, 0)::text) STORED;
ALTER TABLE opportunite ADD COLUMN version text NOT NULL GENERATED ALWAYS AS
    (hashtextextended(titre || E'\n' || coalesce(montant_estime::text, '') || E'\n' || devise || E'\n'
        || coalesce((echeance - DATE '2000-01-01')::text, ''), 0)::text) STORED;

-- Tickets are listed by what happened last.
CREATE INDEX ticket_par_activite ON ticket (utilisateur_id, date_modification DESC, id DESC);
