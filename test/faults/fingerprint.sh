#!/usr/bin/env bash
# Prints all of a relay's host that a deploy decides on: content, mode and owner of every file, what runs, and what
# should not be there any more. Left out is only what differs between two relays that were never interrupted: the
# certificate's content, and at which times and how often the host was deployed to.
set -euo pipefail
export LC_ALL=C.UTF-8

listing() {
  (cd "$1" && find . -printf '%P %y %m %u:%g %l\n' | sort)
  (cd "$1" && find . -type f -exec sha256sum {} + | sort)
}

cd /etc/postfix
echo "# files"
find . -path './generations/*' -prune -o -printf '%P %y %m %u:%g %l\n' | sort
find . -path ./generations -prune -o \( -type f -o -xtype f \) ! -name relay.pem -exec sha256sum {} + | sort
echo "# generations"
listing generations/original
listing "$(readlink -f generations/current)"
find generations -mindepth 1 -maxdepth 1 ! -name '*Z-*' -o -name '*.new' | sort
echo "# users"
listing /var/spool/postfix/sasl | grep -v relay.db$
find /var/spool/postfix/sasl -type f -printf '%P %m %u:%g\n'
db_dump /var/spool/postfix/sasl/relay.db | sed -n '/^ /{N;s/\n//;p;}' | sort | sha256sum
echo "# packages"
dpkg-query -W -f '${Package} ${Version} ${Status}\n' '*postfix*' '*sasl2*' 'db*-util' ssl-cert 2>/dev/null | sort
dpkg --audit
echo "# services"
systemctl is-enabled postfix
systemctl is-active postfix
pgrep -xc master
ss -Hltn | awk '{print $4}' | sort
echo "# left behind"
find /run /tmp /var/lib/mail-relay /usr/sbin -maxdepth 1 \( -name 'mail-relay.*' -o -name 'tmp.*' -o -name trial \
  -o -name policy-rc.d \) | sort
