#!/bin/sh
# Deploy hook of certbot: serves the certificate as it is now, key and chain in one file, replaced in one rename, and
# reloads Postfix if it is another one. A reload drops no session.
set -eu
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin
lineage=/etc/letsencrypt/live/mail-relay
tls=/etc/postfix/tls

# A deploy that goes over to another kind of certificate says so first, under the same lock.
install -d -m 700 /run/mail-relay
exec 8>/run/mail-relay/certificate.lock
flock 8
[ "$(cat "$tls/source" 2>/dev/null)" = acme ] || exit 0
rm -f "$tls"/.renewed.pem.*
next=$(mktemp "$tls/.renewed.pem.XXXXXXXXXX")
trap 'rm -f "$next"' EXIT
cat "$lineage/privkey.pem" "$lineage/fullchain.pem" >"$next"
! cmp -s "$next" "$tls/relay.pem" || exit 0
sync -- "$next"
mv -f "$next" "$tls/relay.pem"
"$(postconf -dh daemon_directory)/master" -t 2>/dev/null || postfix reload
