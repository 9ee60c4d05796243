#!/usr/bin/env bash
# Mutation proof: in a copy of the sources, takes away what protects the ledger, one thing at a time, and shows
# that a named test turns red. Without a change each of these tests must be green. `make mutation` runs it.
set -u
cd "$(dirname "$0")/.."
root=$PWD
copy=$root/target/mutation/src
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target/mutation/target} SQLX_OFFLINE=true
mkdir -p "$copy"
failed=0

fresh() {
    # Only what changed, so that little is built anew.
    git ls-files -z | while IFS= read -r -d '' file; do
        cmp -s "$file" "$copy/$file" && continue
        mkdir -p "$copy/$(dirname "$file")" && cp "$file" "$copy/$file"
    done
}

# Runs one test; its end is the function's.
try() {
    (cd "$copy" && cargo build --quiet --workspace --bins && cargo test --quiet -p tests --test "$1" -- --exact "$2") \
        >"$copy/../last.log" 2>&1
}

# mutate <what goes> <file> <sed's script> <test's binary> <test>
mutate() {
    fresh
    if ! try "$4" "$5"; then
        echo "NOT GREEN without a change: $4 $5 (target/mutation/last.log)"
        failed=1
        return
    fi
    sed -i.bak "$3" "$copy/$2"
    if cmp -s "$2" "$copy/$2"; then
        echo "NOTHING CHANGED in $2: $1"
        failed=1
        return
    fi
    if try "$4" "$5"; then
        echo "STILL GREEN without $1: $4 $5"
        failed=1
    elif grep -q '^error' "$copy/../last.log" && ! grep -q 'test result: FAILED' "$copy/../last.log"; then
        echo "DOES NOT BUILD without $1 (target/mutation/last.log)"
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
mutate "the lease's renewal" worker/src/queue/renew.lua \
    's/^if #claim > 5 then/if false then/' \
    queue a_job_of_ten_leases_runs_once
exit $failed
