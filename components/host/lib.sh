# shellcheck shell=bash
# Shared by the steps; sourced, never run.

umask 077
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin

# Progress for people; standard output is left to the step's one line of result. That nobody listens any more must not
# end a step that is about to put things right.
say() {
  printf '%s\n' "$*" >&2 || true
}

die() {
  say "mail-relay: $*"
  exit 1
}

# Locks. Root's alone: in /run/lock any local user could make one first, and hold it for ever.
locks=/run/mail-relay

# Two deploys at once: the second waits, and gives up with a reason rather than mixing in. So it does when whoever
# started it has gone meanwhile: nobody would hear that it undid what a later deploy has made.
take_lock() {
  [ -z "${lock_is_held-}" ] || return 0
  install -d -m 700 "$locks"
  exec 9>"$locks/deploy.lock"
  if ! flock -n 9; then
    say "another deploy is at work on this host, waiting up to 5 minutes for it"
    flock -w 300 9 || die "another deploy has held $locks/deploy.lock for 5 minutes; run again when it has ended"
    printf 'the other deploy has ended\n' >&2 || exit 1
  fi
}

# Makes a file's content survive a power cut before anything points at it.
persist() {
  sync -- "$@"
}

# What `postfix status` asks too, without its second of waiting.
running() {
  [ -e /etc/postfix/main.cf ] && ! "$(postconf -dh daemon_directory)/master" -t 2>/dev/null
}
