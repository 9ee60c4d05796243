-- Rights, given to the two groups that `worker migrate` makes (or asks the operator to make), table by table:
-- a new table is readable and writable by nobody until a migration says by whom.

GRANT USAGE ON SCHEMA public TO guichet_edge, guichet_worker;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The edge reads what its pages show, and nothing that only a worker needs: frozen parameters, the envelopes
-- of parked jobs. Stripe's events it shows to the owner of the deal that they are about.
GRANT SELECT ON utilisateur, client, opportunite, paiement, recu, ticket, message_ticket, evenement_timeline, courriel, instance,
    reconciliation TO guichet_edge;
GRANT SELECT (id, opportunite_id, statut, montant_minor, devise, stripe_session_id, livemode, url, date_expiration,
    date_verification, date_creation, date_modification) ON session_paiement TO guichet_edge;
GRANT SELECT (id, opportunite_id, paiement_id, statut, stripe_payment_intent, montant_minor, devise, stripe_refund_id,
    motif, date_creation, date_modification) ON remboursement TO guichet_edge;
GRANT SELECT (id, stripe_event_id, type, livemode, api_version, source, stripe_payment_intent, opportunite_id,
    corps, date_evenement, date_reception, date_traitement) ON evenement_stripe TO guichet_edge;
GRANT SELECT (id, type, statut, acteur_type, acteur_id, payload_hash, resultat, erreur, tentatives, date_creation,
    date_fin) ON job_resultat TO guichet_edge;

-- The worker writes, and neither changes nor deletes what the ledger and Stripe's events say.
GRANT SELECT, INSERT, UPDATE, DELETE ON utilisateur, client, opportunite, session_paiement, ticket, message_ticket,
    evenement_timeline, courriel, job_resultat TO guichet_worker;
GRANT SELECT, INSERT ON paiement, recu, evenement_stripe TO guichet_worker;
GRANT SELECT, INSERT, UPDATE ON remboursement TO guichet_worker;
GRANT UPDATE (opportunite_id) ON evenement_stripe TO guichet_worker;
GRANT SELECT, UPDATE ON instance TO guichet_worker;
GRANT SELECT, INSERT, DELETE ON reconciliation TO guichet_worker;

-- A role that may only read must not fill the disk either. Who does not own these functions cannot revoke
-- them: `worker migrate` looks afterwards, and says what to run.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea), lo_put(oid, bigint, bytea),
    lowrite(integer, bytea), lo_open(oid, integer), lo_unlink(oid), lo_truncate(integer, integer),
    lo_truncate64(integer, bigint) FROM PUBLIC;
