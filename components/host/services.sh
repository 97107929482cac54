# shellcheck shell=bash
# The services beside Postfix, such as a resolver or a signer; sourced by apply.sh. ./services holds one
# folder for each wanted one:
#   unit     the systemd unit that runs it
#   also     further units of it that run all the time; may be absent
#   shared   exists where others use the unit too, so that it is never disabled
#   check    a command line that succeeds when the installed files are good; may be absent
#   reloads  exists for a service that takes changed files, units aside, with a reload
#   owners   lines of `owner:group path` for files that are not root's; may be absent
#   tree     its configuration files, laid out as from /
# What was installed last is kept in the same form, and replaced once the whole configuration has proved itself: a run
# that fails puts it back, one that was cut off is made good by the next.

# shellcheck disable=SC2034 # each step uses its own
service_records=/var/lib/mail-relay/services

# The names of the services in a folder of such folders.
services_in() {
  [ ! -d "$1" ] || find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%P\n' | sort
}

files_of() {
  [ ! -d "$1/tree" ] || (cd "$1/tree" && find . -type f -printf '%P\n' | sort)
}

owner_in() {
  { [ -e "$1/owners" ] && sed -n "s|^\([^ ]*\) $2\$|\1|p" "$1/owners" | grep .; } || echo root:root
}

# Whether a service's files are on the host as its folder says; with a second argument only those below that folder.
matches_record() {
  local folder=$1 below=${2:-} name
  while read -r name; do
    [[ $name == "$below"* ]] || continue
    cmp -s "$folder/tree/$name" "/$name" &&
      [ "$(stat -c '%a %U:%G' "/$name")" = "$(stat -c %a "$folder/tree/$name") $(owner_in "$folder" "$name")" ] || return 1
  done < <(files_of "$folder")
}

install_files_of() {
  local folder=$1 name next
  while read -r name; do
    # A name that no program takes for a file of its configuration, in the same folder for the rename.
    next=$(dirname "/$name")/.$(basename "$name").mail-relay
    # Called where a failure does not end the script.
    install -d -m 755 "$(dirname "/$name")" &&
      rm -f "$next" &&
      cp "$folder/tree/$name" "$next" &&
      chown "$(owner_in "$folder" "$name")" "$next" &&
      chmod "$(stat -c %a "$folder/tree/$name")" "$next" &&
      persist "$next" &&
      mv -f "$next" "/$name" || return 1
  done < <(files_of "$folder")
}

# Removes the files named on standard input, and then the folders of our own that they were the last in.
remove_files() {
  local name folders=""
  while read -r name; do
    rm -f "/$name"
    folders+=$(dirname "/$name")$'\n'
  done
  # A folder comes after those inside of it.
  while read -r name; do
    if [[ $name == */mail-relay* && -d $name ]]; then rmdir --ignore-fail-on-non-empty "$name"; fi
  done < <(sort -ru <<<"$folders")
}

# Files that a service had before and has no more.
remove_files_but() {
  remove_files < <(comm -23 <(files_of "$1") <(files_of "$2"))
}

# Whether the host has a service's files, and they have been read; with a third argument only those below that folder. A
# run that was cut off may have replaced files and not restarted what reads them: then the record of the last run that
# came to its end says something else.
in_force() {
  matches_record "$1" "${3:-}" && diff -qr "$1/tree/${3:-}" "$2/tree/${3:-}" >/dev/null 2>&1
}

# Brings a service's files to what its folder says, and notes in $acts what is left to do for that. Nothing happens to a
# service that is right already.
place_service() {
  local folder=$1 record=$2
  if in_force "$folder" "$record"; then return 0; fi
  say "configuring $(cat "$folder/unit")"
  acts[$folder]=restart
  if [ -e "$folder/reloads" ] && in_force "$folder" "$record" etc/systemd/; then acts[$folder]=reload-or-restart; fi
  install_files_of "$folder" || return 1
  remove_files_but "$record" "$folder"
}

# Has a service's files checked and read, if they are new, and the service running.
start_service() {
  local folder=$1 unit act=${acts[$1]:-start}
  unit=$(cat "$folder/unit")
  if [ -e "$folder/check" ] && [ "$act" != start ]; then
    bash -c "$(cat "$folder/check")" >service.log 2>&1 || {
      tail -n 5 service.log >&2
      say "$unit rejects its configuration"
      return 1
    }
  fi
  # What is enabled matters at the next boot only. Reading all units again takes a second on a host without main.cf,
  # because Postfix's own generator then waits that long before it gives up.
  case $(systemctl is-enabled "$unit" 2>/dev/null || true) in
  enabled | static) ;;
  masked*) systemctl --quiet unmask "$unit" && systemctl --quiet --no-reload enable "$unit" ;;
  *) systemctl --quiet --no-reload enable "$unit" ;;
  esac
  systemctl "$act" "$unit" || {
    journalctl -q -o cat -n 10 -u "$unit" >&2
    say "$unit does not start"
    return 1
  }
}

# All wanted services, before the configuration that asks them goes live. Units are read again once.
install_services() {
  local name
  local -A acts=()
  for name in $(services_in services); do
    place_service "services/$name" "$service_records/$name" || return 1
  done
  [ "${#acts[@]}" -eq 0 ] || systemctl daemon-reload
  for name in $(services_in services); do
    start_service "services/$name" || return 1
  done
}

# Puts back what the last good configuration had of the services that are wanted now.
restore_services() {
  local name
  local -A acts=()
  for name in $(services_in services); do
    if [ -d "$service_records/$name" ]; then
      place_service "$service_records/$name" "services/$name" || true
    else
      remove_service "services/$name"
    fi
  done
  [ "${#acts[@]}" -eq 0 ] || systemctl daemon-reload
  for name in $(services_in services); do
    [ ! -d "$service_records/$name" ] || start_service "$service_records/$name" || true
  done
}

remove_service() {
  local folder=$1
  [ -e "$folder/shared" ] || systemctl --quiet disable --now "$(cat "$folder/unit")" 2>/dev/null || true
  remove_files < <(files_of "$folder")
}

# Once the configuration is live: removes the services it does not want any more, and records the others.
commit_services() {
  local name
  for name in $(services_in "$service_records"); do
    [ -d "services/$name" ] && continue
    remove_service "$service_records/$name"
    rm -rf "${service_records:?}/$name"
  done
  install -d -m 700 "$service_records"
  for name in $(services_in services); do
    diff -qr "services/$name" "$service_records/$name" >/dev/null 2>&1 && continue
    rm -rf "$service_records/.next"
    cp -a "services/$name" "$service_records/.next"
    rm -rf "${service_records:?}/$name"
    mv "$service_records/.next" "$service_records/$name"
  done
}
