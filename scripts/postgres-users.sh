#!/bin/sh
# The two users that the edge and the worker sign in as; `worker migrate` puts them into their groups. Run
# once by the postgres image, when its data folder is new.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" \
    -v worker="$WORKER_PASSWORD" -v edge="$EDGE_PASSWORD" <<'SQL'
CREATE ROLE guichet_worker_login LOGIN PASSWORD :'worker';
CREATE ROLE guichet_edge_login LOGIN PASSWORD :'edge';
SQL
