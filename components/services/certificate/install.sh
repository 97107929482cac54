#!/bin/sh
# Deploy hook of certbot: serves the certificates as they are now, each with its key and chain, all in one file, which is
# replaced in one rename, and reloads Postfix if it is another one. A reload drops no session.
set -eu
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin
live=/etc/letsencrypt/live
tls=/etc/postfix/tls

# A deploy that goes over to another kind of certificate says so first, under the same lock.
install -d -m 700 /run/mail-relay
exec 8>/run/mail-relay/certificate.lock
flock 8
[ "$(cat "$tls/source" 2>/dev/null)" = acme ] || exit 0
rm -f "$tls"/.renewed.pem.*
next=$(mktemp "$tls/.renewed.pem.XXXXXXXXXX")
trap 'rm -f "$next"' EXIT
for name in mail-relay mail-relay-rsa; do
  [ ! -e "$live/$name/privkey.pem" ] || cat "$live/$name/privkey.pem" "$live/$name/fullchain.pem"
done >"$next"
! cmp -s "$next" "$tls/relay.pem" || exit 0
sync -- "$next"
mv -f "$next" "$tls/relay.pem"
"$(postconf -dh daemon_directory)/master" -t 2>/dev/null || postfix reload
