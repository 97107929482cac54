#!/usr/bin/env bash
# Drift step: compares the host with what the last deploy left on it. It changes nothing but one note: a token, printed in
# the step's result, which is new whenever something is found. The other steps take the token as input, so they run again
# and repair everything.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh

token=/var/lib/mail-relay/drift

differences() {
  # A host that no deploy has finished on may have no Python yet.
  [ -e /var/lib/mail-relay/installed.users ] || [ -e /var/lib/mail-relay/proof.json ] || return 0
  if command -v python3 >/dev/null; then python3 -B ./drift.py; else echo "python3 gone"; fi
}

take_lock
differences >found
while read -r line; do say "drift: $line"; done <found
if [ -s found ]; then
  date +%s%N >"$token.new"
  mv -f "$token.new" "$token"
fi
printf '{"token":"%s"}\n' "$(cat "$token" 2>/dev/null || true)"
