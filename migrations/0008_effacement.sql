-- A client who asks is forgotten (EraseClient): what is personal goes, the ledger stays under a pseudonym.

-- When it was done. On the deal too, which is what most writers lock: who waited for its row sees it there.
ALTER TABLE client ADD COLUMN date_effacement timestamptz;
ALTER TABLE opportunite ADD COLUMN date_effacement timestamptz;

-- The two exceptions to what is never changed. An event's body is cut down once to what settling reads, for it
-- repeats the payer's name and address; a receipt keeps its number, amount and date, and names nobody.
GRANT UPDATE (corps) ON evenement_stripe TO guichet_worker;
GRANT UPDATE (client_nom, titre) ON recu TO guichet_worker;
