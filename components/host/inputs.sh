# shellcheck shell=bash
# Keeps what the users and apply steps were given, for the proof step, which may have to run them again (see proof.sh);
# sourced by the three. ./input.files lists the files to keep and ./input names them by their content. They are those
# that every user of the host may read: no secret is among them, the proof step brings those itself.

kept_inputs=/var/lib/mail-relay/inputs
# Enough for several deploys that run at the same time.
kept_count=20

keep_input() {
  # The proof step runs a step without them.
  [ -e input ] || return 0
  local archive
  archive=$kept_inputs/$(cat input).tar
  install -d -m 711 "$(dirname "$kept_inputs")"
  install -d -m 700 "$kept_inputs"
  rm -f "$kept_inputs"/*.new
  if [ -e "$archive" ]; then
    touch "$archive"
    return 0
  fi
  # tar itself does not say why it cannot write.
  tar -c -f - --verbatim-files-from -T input.files | cat >"$archive.new" || {
    rm -f "$archive.new"
    die "the step's input cannot be kept in $kept_inputs, so nothing was changed"
  }
  persist "$archive.new"
  mv -f "$archive.new" "$archive"
  find "$kept_inputs" -name '*.tar' -printf '%T@ %p\n' | sort -rn | tail -n +$((kept_count + 1)) |
    while read -r _ archive; do rm -f "$archive"; done
}

# Unpacks the input of that name here.
bring_input() {
  tar -x -f "$kept_inputs/$1.tar"
}
