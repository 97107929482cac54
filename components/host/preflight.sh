# shellcheck shell=bash
# The look at the next hops before mail depends on them; sourced by apply.sh. ./preflight.plan says which, and is absent
# when nothing shall be looked at.

# The last plan with which all was well, as a digest: it holds passwords.
preflight_note=/var/lib/mail-relay/preflight

# Leaves what is wrong and need not fail the deploy in ./preflight.found, as a JSON list of sentences.
preflight() {
  local digest failed=0
  echo '[]' >preflight.found
  if [ ! -e preflight.plan ]; then
    rm -f "$preflight_note"
    return 0
  fi
  digest=$(sha256sum <preflight.plan)
  if [ "$(cat "$preflight_note" 2>/dev/null)" = "$digest" ]; then return 0; fi
  say "trying the next hop"
  timeout 90 python3 -B ./preflight.py <preflight.plan >preflight.found 2>preflight.failed || failed=$?
  case $failed in
  0) ;;
  3) die "mail could not leave this host, so nothing was changed; with preflight: warn it would be:
$(cat preflight.failed)" ;;
  *)
    cat preflight.failed >&2
    die "the look at the next hops failed; nothing was changed"
    ;;
  esac
  say "$(cat preflight.failed)"
  if [ "$(cat preflight.found)" != '[]' ]; then return 0; fi
  install -d -m 711 "$(dirname "$preflight_note")"
  echo "$digest" >"$preflight_note.new"
  mv -f "$preflight_note.new" "$preflight_note"
}
