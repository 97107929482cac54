#!/usr/bin/env bash
# Proof step: carries out ./proof.plan against the live listeners and prints the result as one JSON line. The result is
# kept on the host too, with its time, for those who ask later how the relay is.
# What is proved is one deploy as a whole. Each step takes the lock for itself, so between two of them another deploy may
# have brought its users or its configuration. Pulumi does not run the earlier steps of this deploy again, for they have
# succeeded. So this step runs them again: ./input.users and ./input.apply name what they left here of their input (see
# inputs.sh), and the secrets of both are in this step's archive.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh
# shellcheck source-path=SCRIPTDIR source=generation.sh
. ./generation.sh
# shellcheck source-path=SCRIPTDIR source=inputs.sh
. ./inputs.sh

record=/var/lib/mail-relay/proof.json

# $1 is what the proof found, a JSON object.
keep() {
  install -d -m 711 "$(dirname "$record")"
  printf '{"time":%d,"result":%s}\n' "$(date +%s)" "$1" >"$record.new"
  mv -f "$record.new" "$record"
}

put_back() {
  say "another deploy changed this host meanwhile; bringing this one's users and configuration again"
  { bring_input "$(cat input.users)" && bring_input "$(cat input.apply)"; } ||
    die "another deploy changed this host meanwhile, and what this one brought is gone; replace this relay's users and" \
      "apply steps with pulumi up --replace"
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
