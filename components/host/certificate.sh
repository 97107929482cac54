# shellcheck shell=bash
# The certificate that Postfix serves, its key and chain in one file: self-signed, supplied, or had by ACME; sourced by
# apply.sh. Reads ./certificate (which of the three), ./supplied.pem for a supplied one; ./certificate-required exists
# where a deploy must not end without one by ACME.

served_pem=${postfix_etc:?}/tls/relay.pem
# Says "supplied" or "acme" where relay.pem is, or is about to be, no self-signed one. certbot's hook asks it.
source_note=${postfix_etc:?}/tls/source
# What certbot calls the certificates, ECDSA and RSA.
acme_names=(mail-relay mail-relay-rsa)
acme_live=/etc/letsencrypt/live

covers_name() {
  [ -s "$1" ] && grep -q 'does match' <<<"$(openssl x509 -in "$1" -noout -checkhost "$(cat hostname)" 2>/dev/null)"
}

# Leaves in ./candidate.pem the certificate that is to replace the served one, if another is to be served: the trial
# meets it first. ACME has nothing to give at first; until it has, what is there goes on being served.
prepare_certificate() {
  install -d -m 700 "$postfix_etc/tls"
  rm -f "$postfix_etc"/tls/.relay.pem.*
  case $(cat certificate) in
  supplied) cp supplied.pem candidate.pem ;;
  acme)
    if covers_name "$acme_live/${acme_names[0]}/fullchain.pem"; then
      acme_pairs >candidate.pem
    else
      covers_name "$served_pem" || make_self_signed
    fi
    ;;
  *)
    if [ -e "$source_note" ] || ! covers_name "$served_pem" || ! openssl x509 -in "$served_pem" -noout -checkend 0 >/dev/null; then
      make_self_signed
    elif [ "$(grep -c 'BEGIN PRIVATE KEY' "$served_pem")" = 1 ]; then
      # From a version that had no RSA; clients know the one that is there by its fingerprint.
      { cat "$served_pem" && make_pair rsa:2048; } >candidate.pem
    fi
    ;;
  esac
  if [ -e candidate.pem ] && cmp -s candidate.pem "$served_pem"; then rm -f candidate.pem; fi
}

# Keys and chains of what ACME has given, the first kind first.
acme_pairs() {
  local name
  for name in "${acme_names[@]}"; do
    if covers_name "$acme_live/$name/fullchain.pem"; then
      cat "$acme_live/$name/privkey.pem" "$acme_live/$name/fullchain.pem"
    fi
  done
}

# ECDSA, and RSA for clients that know nothing else. Postfix takes any number of pairs in one file, each with its key
# first and then the chain: there is no moment at which they do not match. The first is the one that has a fingerprint.
make_self_signed() {
  { make_pair ec -pkeyopt ec_paramgen_curve:prime256v1 && make_pair rsa:2048; } >candidate.pem
}

# Prints a key and its self-signed certificate; the arguments are the kind of key.
make_pair() {
  local name
  name=$(cat hostname)
  openssl req -x509 -newkey "$@" -nodes -days 3650 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name" -keyout key.pem -out certificate.pem 2>/dev/null
  cat key.pem certificate.pem
  rm -f key.pem certificate.pem
}

# certbot's hook, which may come at any time, waits, and leaves the file alone unless the note says "acme".
install_certificate() {
  local wanted
  wanted=$(cat certificate)
  exec 8>/run/mail-relay/certificate.lock
  flock 8
  if [ "$wanted" != self-signed ] && ! grep -qsx "$wanted" "$source_note"; then
    write_into_tls "$source_note" <<<"$wanted"
  fi
  if [ -e candidate.pem ]; then
    if [ -e "$served_pem" ]; then cp "$served_pem" previous.pem; fi
    write_into_tls "$served_pem" <candidate.pem
  fi
  if [ "$wanted" = self-signed ]; then rm -f "$source_note"; fi
  exec 8>&-
}

# Puts back the certificate that was served before, should the new configuration not be good.
restore_certificate() {
  [ ! -e previous.pem ] || write_into_tls "$served_pem" <previous.pem
}

# Replaces a file there by standard input in one rename.
write_into_tls() {
  local next
  next=$(mktemp "$postfix_etc/tls/.relay.pem.XXXXXXXXXX")
  cat >"$next"
  persist "$next"
  mv -f "$next" "$1"
}

# Once the relay serves: has the certificate issued, or ends what ACME would renew for nobody.
settle_certificate() {
  if [ "$(cat certificate)" = acme ]; then
    python3 -B /usr/local/lib/mail-relay-certificate/certificate.py /etc/mail-relay-certificate.json --look-ahead ||
      [ ! -e certificate-required ] ||
      die "the relay is live, but lacks a certificate by ACME, which tls.acme.required demands"
    return
  fi
  local name
  for name in "${acme_names[@]}"; do
    [ -e "/etc/letsencrypt/renewal/$name.conf" ] || continue
    certbot delete --quiet --non-interactive --cert-name "$name" >certbot.log 2>&1 || cat certbot.log >&2
  done
}
