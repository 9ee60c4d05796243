-- Who sees what concerns the whole instance (`/operations`): the first account, and who is made so by
-- `worker create-user --administrateur`.
ALTER TABLE utilisateur ADD COLUMN administrateur boolean NOT NULL DEFAULT false;
UPDATE utilisateur SET administrateur = true
 WHERE id = (SELECT id FROM utilisateur ORDER BY date_creation, id LIMIT 1);
-- « Réexécuter » pushes a parked job again to the letter; its signature is checked by the worker, as ever.
GRANT SELECT (enveloppe) ON job_resultat TO guichet_edge;
