#!/usr/bin/env bash
# Users step: builds the whole user database from ./users (text for db_load) and renames it into place; ./store says
# where that is, ./keep-unmanaged exists where entries of others stay. The database is opened anew for every AUTH, so no
# service is touched and no session is dropped.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh
# shellcheck source-path=SCRIPTDIR source=chroot.sh
. ./chroot.sh
# shellcheck source-path=SCRIPTDIR source=stores.sh
. ./stores.sh
# shellcheck source-path=SCRIPTDIR source=generation.sh
. ./generation.sh

keys() {
  cut -d ' ' -f 1 "$@" | sort -u
}

# Entries that nobody has put here with us: neither wanted now nor recorded as ours from before.
unmanaged() {
  [ -e keep-unmanaged ] || return 0
  stored_entries "$database" | join -v 2 ours -
}

# The record names ours before the database holds them, so that a step that is cut off never takes them for others'.
write_record() {
  local record
  record=$(record_of "$store")
  install -d -m 711 "$records"
  install -m 600 "$1" "$record.new"
  persist "$record.new"
  mv -f "$record.new" "$record"
}

take_lock
store=$(cat store)
database=$(database_of "$store")
rm -f "$users_deployed"
owner=$(owner_of "$store")
prepare_store "$store"

entries <users >wanted
{
  keys wanted
  cat "$(record_of "$store")" 2>/dev/null || true
} | sort -u >ours
write_record ours
{
  cat wanted
  unmanaged
} | sort >next

# A damaged database cannot be compared, and is replaced.
if [ -e "$database" ] && cmp -s next <(stored_entries "$database" 2>/dev/null) &&
  [ "$(stat -c '%U:%G %a' "$database")" = "$owner 640" ]; then
  changed=false
else
  install_database "$database" "$owner" <next
  changed=true
fi
publish_store "$store"
keys wanted >ours
write_record ours
if [ -e "$current/store" ]; then abandon_stores "$store" "$(cat "$current/store")"; fi
whose=$([ -e keep-unmanaged ] && echo ours || echo all)
note_installed "$installed_users" python3 -B -m lib.installed users "$database" "$store" "$whose"
note_installed "$users_deployed" users_given
printf '{"changed":%s,"users":%d}\n' "$changed" "$(wc -l <next)"
