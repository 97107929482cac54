# shellcheck shell=bash
# Where generations of configuration lie, and how to tell whether one is what it was; sourced by the steps.
# shellcheck disable=SC2034 # each step uses its own

postfix_etc=/etc/postfix
generations=$postfix_etc/generations
current=$generations/current
# What the last deploys left on this host, for the drift step to compare with.
installed_files=/var/lib/mail-relay/installed.files
installed_values=/var/lib/mail-relay/installed.values
installed_users=/var/lib/mail-relay/installed.users

# Which deploy's users and configuration these are; each is away from the first change until all of them are made.
users_deployed=/var/lib/mail-relay/deployed.users
generation_deployed=/var/lib/mail-relay/deployed.generation

# Names the input of the users step by its content; that of the apply step has its name.
users_given() {
  sha256sum users store keep-unmanaged 2>/dev/null || true
}

# Whether users and configuration on this host are what this deploy brought, and not what another brought since.
deployed_here() {
  cmp -s "$generation_deployed" generation && cmp -s "$users_deployed" <(users_given)
}

# Content, mode and owner of every file of a generation, as text to compare.
fingerprint() {
  (cd "$1" && find . -type f ! -path ./smoke.plan ! -path ./store -printf '%P %m %U:%G ' -exec sha256sum {} \; | sort)
}

# The file names of a generation, relative to /etc/postfix; our own notes are left out.
names() {
  (cd "$1" && find . -type f ! -path ./smoke.plan ! -path ./store -printf '%P\n' | sort)
}

# Keeps what a command prints in one of the notes above.
note_installed() {
  local note=$1
  shift
  install -d -m 711 "$(dirname "$note")"
  "$@" >"$note.new"
  mv -f "$note.new" "$note"
}
