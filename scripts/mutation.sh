#!/usr/bin/env bash
# Mutation proof: takes away what protects the ledger and the ways in, one thing at a time, and shows that a named test turns red.
# Without a change each of these tests must be green. `make mutation` runs it.
#
# The sources are changed where they stand, so that only what depends on the change is built anew; whatever ends this
# script, each file is put back as it was.
set -u
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
kept=$(mktemp -d)
changed=
failed=0

put_back() {
    # A copy, not a move: the file is newer than what was built without the safeguard.
    [ -z "$changed" ] || cp "$kept/file" "$changed"
    changed=
}
trap 'put_back; rm -rf "$kept"' EXIT
trap 'exit 130' INT TERM HUP

# As `make test` builds: the whole workspace's features, or dependencies would be built anew.
build() { cargo build --quiet --workspace --bins --test "$1" >"$kept/build" 2>&1; }
try() { cargo test --quiet --workspace --test "$1" -- --exact "$2" >"$kept/test" 2>&1; }

# mutate <what goes> <file> <sed's script> <test's binary> <test>
mutate() {
    put_back
    if ! build "$4" || ! try "$4" "$5"; then
        cat "$kept/build" "$kept/test"
        echo "NOT GREEN without a change: $4 $5"
        failed=1
        return
    fi
    cp "$2" "$kept/file"
    changed=$2
    sed "$3" "$kept/file" >"$2"
    if cmp -s "$2" "$kept/file"; then
        echo "NOTHING CHANGED in $2: $1"
        failed=1
    elif ! build "$4"; then
        cat "$kept/build"
        echo "DOES NOT BUILD without $1"
        failed=1
    elif try "$4" "$5"; then
        echo "STILL GREEN without $1: $4 $5"
        failed=1
    elif ! grep -q 'test result: FAILED. 0 passed; 1 failed' "$kept/test"; then
        cat "$kept/test"
        echo "NOT RUN without $1: $4 $5"
        failed=1
    else
        echo "red without $1: $4 $5"
    fi
}

mutate "the unique index of the ledger" migrations/0001_schema.sql \
    's/UNIQUE (type, stripe_id)/UNIQUE (type, stripe_id, id)/' \
    faults webhooks::events_about_one_payment_in_any_order_and_at_once_end_in_one_state
mutate "the claim row" worker/src/engine.rs \
    's/Ok(claimed.map(|_| cx))/let _ = claimed; Ok(Some(cx))/' \
    faults worker::a_worker_killed_at_any_step_of_a_job_leaves_one_effect
mutate "the lease's renewal" worker/src/queue/beat.lua \
    's/^if #renewed > 5 then/if false then/' \
    queue a_job_of_ten_leases_runs_once
mutate "the reconciliation" worker/src/reconciliation.rs \
    's/^        run(shared, event).await?;/        let _ = (shared, event);/' \
    faults reconciliation::nothing_that_was_accepted_is_lost_with_ten_wipes_of_redis
mutate "what an API token must not reach" edge/src/session.rs \
    's/if self.jeton.is_none() { Ok/if true { Ok/' \
    api jetons::a_token_makes_no_other_way_in_and_opens_no_page
mutate "pages' refusal of an API token" edge/src/bearer.rs \
    's/(path.starts_with("\/api\/") \&\&/(!path.is_empty() \&\&/' \
    api jetons::a_token_makes_no_other_way_in_and_opens_no_page
mutate "the end of API tokens with a lost password" worker/src/utilisateur.rs \
    '/DELETE FROM jeton_api WHERE utilisateur_id/d' \
    api jetons::a_new_password_by_reset_ends_tokens_a_change_of_it_does_not
exit $failed
