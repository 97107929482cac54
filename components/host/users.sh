#!/usr/bin/env bash
# Users step: builds the whole user database from ./users (text for db_load) and renames it into Postfix's chroot.
# smtpd opens the database anew for every AUTH, so no service is touched and no session is dropped.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh

folder=/var/spool/postfix/sasl
database=$folder/relay.db

# Every pair of a database on a line of its own, sorted: two files with the same users give the same text.
pairs() {
  db_dump "$1" | sed -n '/^ /{N;s/\n//;p;}' | sort
}

same_users() {
  [ -f "$database" ] && cmp -s <(pairs "$1") <(pairs "$database" 2>/dev/null)
}

take_lock
install -d -m 750 -o root -g postfix "$folder"
rm -f "$folder"/.relay.db.*

next=$(mktemp "$folder/.relay.db.XXXXXXXXXX")
# db_load adds to a file that exists; the name is what mktemp reserves.
rm -f "$next"
db_load -f users "$next"
chown root:postfix "$next"
chmod 640 "$next"

if same_users "$next" && [ "$(stat -c '%U:%G %a' "$database")" = "root:postfix 640" ]; then
  rm -f "$next"
  changed=false
else
  persist "$next"
  mv -f "$next" "$database"
  persist "$folder"
  changed=true
fi
printf '{"changed":%s,"users":%d}\n' "$changed" "$(pairs "$database" | wc -l)"
