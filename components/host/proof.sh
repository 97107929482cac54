#!/usr/bin/env bash
# Proof step: carries out ./proof.plan against the live listeners and prints the result as one JSON line. The result is
# kept on the host too, with its time, for those who ask later how the relay is.
# What is proved is one deploy's as a whole. The lock is each step's own, so between them another deploy may have brought
# its users or its configuration; Pulumi would not run the earlier steps of this one again, for they have succeeded. So
# this step has all that they had, and brings it once more.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh
# shellcheck source-path=SCRIPTDIR source=generation.sh
. ./generation.sh

record=/var/lib/mail-relay/proof.json

# $1 is what the proof found, a JSON object.
keep() {
  install -d -m 711 "$(dirname "$record")"
  printf '{"time":%d,"result":%s}\n' "$(date +%s)" "$1" >"$record.new"
  mv -f "$record.new" "$record"
}

put_back() {
  say "another deploy changed this host meanwhile; bringing this one's users and configuration again"
  { bash ./users.sh && bash ./apply.sh; } >/dev/null ||
    die "another deploy changed this host meanwhile, and this one's did not come back; run up again"
}

take_lock
export lock_is_held=true
deployed_here || put_back
python3 -B ./probe.py <proof.plan >result || {
  keep null
  die "the relay did not prove itself; nothing was changed by this step"
}
keep "$(cat result)"
cat result
