-- Rights, given to the two groups that `worker migrate` makes (or asks the operator to make).
-- The edge reads; the worker writes, and never deletes from the ledger.

GRANT USAGE ON SCHEMA public TO guichet_edge, guichet_worker;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO guichet_edge;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guichet_worker;
REVOKE UPDATE, DELETE ON paiement, evenement_stripe FROM guichet_worker;
-- `opportunite_id` becomes null when a deal without money is deleted.
GRANT UPDATE (opportunite_id, date_traitement) ON evenement_stripe TO guichet_worker;

-- A role that may only read must not fill the disk either.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea), lo_put(oid, bigint, bytea),
    lowrite(integer, bytea), lo_open(oid, integer), lo_unlink(oid), lo_truncate(integer, integer),
    lo_truncate64(integer, bigint) FROM PUBLIC;
