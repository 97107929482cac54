# shellcheck shell=bash
# The places the users can be kept, one of them in force; sourced by users.sh and apply.sh. ./store names the wanted one:
#   chrootOnly  one copy, inside Postfix's chroot
#   shared      /etc/sasldb2, for other programs too; the distribution's own mechanism copies it into the chroot whenever
#               Postfix starts, and the users step right away
#   saslauthd   /etc/sasldb2, read by the daemon, a service of its own whose socket is in the chroot
# Each function may be cut off anywhere and run again.

chroot=/var/spool/postfix
records=/var/lib/mail-relay
# The name is a link in a folder of its own, because most mechanisms leave copies that everybody can read: the folder in
# the chroot is what keeps the passwords to Postfix.
link_folder=/etc/mail-relay
copied=${link_folder#/}/sasldb2
saslauthd_folder=$chroot/var/run/saslauthd

database_of() {
  case $1 in
  chrootOnly) echo "$chroot/sasl/relay.db" ;;
  *) echo /etc/sasldb2 ;;
  esac
}

# The owner and mode a database has; the package's own group for the one that other programs share.
owner_of() {
  case $1 in
  chrootOnly) echo root:postfix ;;
  *) echo root:sasl ;;
  esac
}

# The keys, in hexadecimal and one a line, that deploys of ours have put into a database.
record_of() {
  echo "$records/users.$(basename "$(database_of "$1")")"
}

# Every entry of a database given as text: key and value on a line of its own, sorted.
entries() {
  sed -n '/^ /{N;s/^ //;s/\n//;p;}' | sort
}

stored_entries() {
  [ ! -e "$1" ] || db_dump "$1" | entries
}

# Makes a database of entries and puts it in place in one rename, readable to nobody else from its first byte.
install_database() {
  local database=$1 owner=$2 next
  rm -f "$(dirname "$database")/.mail-relay."*
  next=$(mktemp "$(dirname "$database")/.mail-relay.XXXXXXXXXX")
  # db_load adds to a file that exists; the name is what mktemp reserves.
  rm -f "$next"
  {
    printf 'VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n'
    sed 's/^\([^ ]*\) / \1\n /'
    echo DATA=END
  } | db_load "$next"
  chown "$owner" "$next"
  chmod 640 "$next"
  persist "$next"
  mv -f "$next" "$database"
  persist "$(dirname "$database")"
}

# What a store needs beside its database.
prepare_store() {
  case $1 in
  chrootOnly) install -d -m 750 -o root -g postfix "$chroot/sasl" ;;
  shared)
    join_sasl
    install -d -m 750 -o root -g sasl "$link_folder" "$chroot/$(dirname "$copied")"
    ln -sfn ../sasldb2 "/$copied"
    enable_copying "$copied"
    ;;
  saslauthd) join_sasl ;;
  esac
}

# The package's mechanisms copy when Postfix starts; a new user should not have to wait for that.
publish_store() {
  [ "$1" = shared ] || return 0
  local next
  rm -f "$chroot/$(dirname "$copied")/.mail-relay."*
  next=$(mktemp "$chroot/$(dirname "$copied")/.mail-relay.XXXXXXXXXX")
  # With its time, by which the newest mechanism sees that there is nothing to copy.
  cp -p /etc/sasldb2 "$next"
  mv -f "$next" "$chroot/$copied"
}

# Ends every store that is neither wanted nor asked by the live configuration.
abandon_stores() {
  local store
  for store in chrootOnly shared saslauthd; do
    case " $* " in *" $store "*) ;; *) abandon_store "$store" ;; esac
  done
  case " $* " in *" shared "* | *" saslauthd "*) return 0 ;; esac
  forget_ours shared
  if grep -qw sasl <<<"$(id -nG postfix)"; then gpasswd -d postfix sasl >/dev/null; fi
}

abandon_store() {
  case $1 in
  chrootOnly) rm -rf "$chroot/sasl" "$(record_of chrootOnly)" ;;
  shared)
    [ -e "$link_folder" ] || return 0
    disable_copying "$copied"
    rm -rf "${chroot:?}/$(dirname "$copied")" "$link_folder"
    ;;
  saslauthd) rm -rf "$saslauthd_folder" ;;
  esac
}

# Takes what deploys of ours put into a shared database out of it again; what others put there stays.
forget_ours() {
  local record database
  record=$(record_of "$1")
  database=$(database_of "$1")
  [ -e "$record" ] || return 0
  if [ -e "$database" ]; then
    stored_entries "$database" | join -v 2 "$record" - | install_database "$database" root:sasl
  fi
  rm -f "$record"
}

# smtpd takes on the group when it starts, which it does anew after the reload that follows.
join_sasl() {
  grep -qw sasl <<<"$(id -nG postfix)" || usermod -aG sasl postfix
}
