#!/usr/bin/env bash
# The same relay as a person sets it up with the packages' own defaults: submission with STARTTLS and a login from
# sasldb, everything to one next hop. Arguments: host name, next hop, login, password.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
name=$1 next_hop=$2 login=$3 password=$4

debconf-set-selections <<SELECTIONS
postfix postfix/main_mailer_type select Internet Site
postfix postfix/mailname string $name
SELECTIONS
apt-get -q update
apt-get -q -y install postfix libsasl2-2 sasl2-bin libsasl2-modules ssl-cert openssl

install -d -m 755 /etc/postfix/sasl
cat >/etc/postfix/sasl/smtpd.conf <<CONF
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: /sasl/relay.db
mech_list: PLAIN LOGIN
CONF
install -d -m 750 -g postfix /var/spool/postfix/sasl
printf '%s' "$password" | saslpasswd2 -p -c -f /var/spool/postfix/sasl/relay.db -u "$name" "$login"
chgrp postfix /var/spool/postfix/sasl/relay.db
chmod 640 /var/spool/postfix/sasl/relay.db

# The certificate is of the relay's kind, so that both make the same handshake.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$name" \
  -keyout /etc/postfix/key.pem -out /etc/postfix/certificate.pem
postconf -e "relayhost=$next_hop" "smtpd_sasl_local_domain=$name" cyrus_sasl_config_path=/etc/postfix/sasl \
  smtpd_tls_cert_file=/etc/postfix/certificate.pem smtpd_tls_key_file=/etc/postfix/key.pem
# The options that the packaged master.cf shows for this service, commented out.
postconf -M submission/inet="submission inet n - y - - smtpd"
postconf -P submission/inet/syslog_name=postfix/submission submission/inet/smtpd_tls_security_level=encrypt \
  submission/inet/smtpd_sasl_auth_enable=yes submission/inet/smtpd_tls_auth_only=yes \
  submission/inet/smtpd_relay_restrictions=permit_sasl_authenticated,reject
systemctl restart postfix
