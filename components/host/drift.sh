#!/usr/bin/env bash
# Drift step: compares the host with what the last deploy left on it. It changes nothing but a note of its own: a token,
# printed in the step's result, that is a new one whenever something is found. The other steps are given the token, so
# that they run again and put everything right.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh
# shellcheck source-path=SCRIPTDIR source=stores.sh
. ./stores.sh
# shellcheck source-path=SCRIPTDIR source=generation.sh
. ./generation.sh
# shellcheck source-path=SCRIPTDIR source=services.sh
. ./services.sh

token=/var/lib/mail-relay/drift

# Says which things differ between a note and what a function says now, and in what.
compare() {
  local note=$1
  shift
  diff "$note" <("$@" 2>/dev/null) | sed -n 's/^[<>] //p' | cut -d ' ' -f 1,2 | sort -u
}

check_services() {
  local unit state
  for unit in "$@"; do
    state=$(systemctl is-enabled "$unit" 2>/dev/null || true)
    # A static unit cannot be enabled: another one starts it.
    case $state in enabled | static) ;; *) echo "$unit is ${state:-gone}" ;; esac
    systemctl --quiet is-active "$unit" || echo "$unit does not run"
  done
}

# One line for each difference; nothing for a host that no deploy has finished on.
differences() {
  local store='' whose units=()
  if [ -e "$installed_users" ]; then
    read -r _ _ store whose <"$installed_users"
    compare "$installed_users" users_as_they_are "$store" "$whose" || true
  fi
  [ -e "$installed_files" ] || return 0
  compare "$installed_files" files_as_they_are || true
  list_service_drift
  mapfile -t units < <(service_units)
  check_services postfix "${units[@]}"
}

take_lock
differences >found
while read -r line; do say "drift: $line"; done <found
if [ -s found ]; then
  date +%s%N >"$token.new"
  mv -f "$token.new" "$token"
fi
printf '{"token":"%s"}\n' "$(cat "$token" 2>/dev/null || true)"
