# shellcheck shell=bash
# The look at the next hops before mail depends on them; sourced by apply.sh. ./preflight.plan says which, and is absent
# when nothing shall be looked at.

# The last plan with which all was well, as a digest: it holds passwords.
preflight_note=/var/lib/mail-relay/preflight
# The digest of a plan that is being tried.
preflight_tried=
preflight_process=

# Begins the look, which goes on beside the trial, because most of it is waiting.
begin_preflight() {
  local digest
  echo '[]' >preflight.found
  if [ ! -e preflight.plan ]; then
    rm -f "$preflight_note"
    return 0
  fi
  digest=$(sha256sum <preflight.plan)
  if [ "$(cat "$preflight_note" 2>/dev/null)" = "$digest" ]; then return 0; fi
  say "trying the next hop"
  preflight_tried=$digest
  timeout 90 python3 -B ./preflight.py <preflight.plan >preflight.found 2>preflight.failed &
  preflight_process=$!
}

# Leaves what is wrong and need not fail the deploy in ./preflight.found, as a JSON list of sentences. Fails with the
# reason in $preflight_says when one of the next hops must fail the deploy.
end_preflight() {
  local failed=0
  [ -n "$preflight_process" ] || return 0
  wait "$preflight_process" || failed=$?
  preflight_process=
  judge_next_hops "$failed"
}

# Nobody waits for its verdict any more.
drop_preflight() {
  [ -z "$preflight_process" ] || kill "$preflight_process" 2>/dev/null || true
}

# The same look with Postfix's own client, in the trial instance: only when the preflight was due, and with what it passed.
verify_next_hops() {
  local failed=0
  [ -n "$preflight_tried" ] || return 0
  cp preflight.found preflight.earlier
  timeout 90 python3 -B ./verification.py "${trial_home:?}/log" preflight.earlier \
    <preflight.plan >preflight.found 2>preflight.failed || failed=$?
  judge_next_hops "$failed"
}

# What one of the two programs has to say, by its exit code.
judge_next_hops() {
  case $1 in
  0) ;;
  3)
    preflight_says="mail could not leave this host, so nothing was changed; with preflight: warn it would be:
$(cat preflight.failed)"
    return 1
    ;;
  *)
    cat preflight.failed >&2
    # shellcheck disable=SC2034 # apply.sh says it
    preflight_says="the look at the next hops failed; nothing was changed"
    return 1
    ;;
  esac
  [ ! -s preflight.failed ] || say "$(cat preflight.failed)"
}

# Once all is well and live.
note_preflight() {
  [ -n "$preflight_tried" ] && [ "$(cat preflight.found)" = '[]' ] || return 0
  install -d -m 711 "$(dirname "$preflight_note")"
  echo "$preflight_tried" >"$preflight_note.new"
  mv -f "$preflight_note.new" "$preflight_note"
}
