# shellcheck shell=bash
# Runs one step as root. It travels on standard input, before the step's archive: the command line is only `bash -s STEP`
# and never changes. Bash reads the braces as a whole first, so nothing runs if the connection breaks within them.
{
  set -euo pipefail
  umask 077
  # The folder is locked as long as anything of its step runs. Its name says which launcher has not locked it yet.
  for left in /run/mail-relay.*; do
    pid=${left#*.}
    [ -d "/proc/${pid%.*}" ] || [ ! -d "$left" ] || flock -n "$left" rm -rf -- "$left" || true
  done
  dir=$(mktemp -d "/run/mail-relay.$$.XXXXXXXXXX")
  exec 7<"$dir"
  flock 7
  # A launcher that is killed cannot clean up, and the folder may hold secrets.
  setsid -f flock "$dir" rm -rf -- "$dir" 7<&- </dev/null >/dev/null 2>&1
  trap 'rm -rf -- "$dir"' EXIT
  trap 'exit 129' HUP INT TERM
  base64 -d | tar -x -z -f - -C "$dir"
  cd "$dir"
  # tar takes an archive for whole that ends between two files.
  [ -e complete ] || {
    echo "mail-relay: the connection broke before everything was here" >&2
    exit 1
  }
  timeout -k 10 1800 bash "./$1.sh"
  exit
}
