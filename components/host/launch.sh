# shellcheck shell=bash
# Runs one step as root. It travels on standard input, before the step's archive: the command line is only `bash -s STEP`
# and never changes. Bash reads the braces as a whole first, so nothing runs if the connection breaks within them.
{
  set -euo pipefail
  umask 077
  # A launcher that was killed could not clean up; a folder's name says whose it is.
  for left in /run/mail-relay.*; do
    pid=${left#*.}
    [ -d "/proc/${pid%.*}" ] || rm -rf -- "$left"
  done
  dir=$(mktemp -d "/run/mail-relay.$$.XXXXXXXXXX")
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
