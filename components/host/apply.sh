#!/usr/bin/env bash
# Apply step: brings one generation of configuration live, or leaves the last good one serving.
# Reads ./generation (its name), ./etc (its files), ./services (see services.sh), ./store (see stores.sh),
# ./certificate (see certificate.sh), ./smoke.plan, ./hostname, for the preflight ./preflight.plan (see preflight.sh; may be absent), and for the trial ./trial, ./trial.users, ./trial.database, ./trial.plan, ./trial.expected and ./trial.signature (both may be absent).
#
# All files of a generation become live in one rename: /etc/postfix/main.cf and the others are symbolic links into
# generations/current, itself a link to one folder beside it. A power cut leaves the old or the new one, never a mix.
# `postfix check` remarks on such links ("symlink leaves directory"); they leave nothing but their own folder.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh
# shellcheck source-path=SCRIPTDIR source=chroot.sh
. ./chroot.sh
# shellcheck source-path=SCRIPTDIR source=stores.sh
. ./stores.sh
# shellcheck source-path=SCRIPTDIR source=generation.sh
. ./generation.sh
# shellcheck source-path=SCRIPTDIR source=inputs.sh
. ./inputs.sh
# shellcheck source-path=SCRIPTDIR source=services.sh
. ./services.sh
# shellcheck source-path=SCRIPTDIR source=preflight.sh
. ./preflight.sh
# shellcheck source-path=SCRIPTDIR source=certificate.sh
. ./certificate.sh
# shellcheck source-path=SCRIPTDIR source=trial.sh
. ./trial.sh

# Exists while a swap is under way and leads to the generation that served before it.
proven=$generations/proven.before-swap
kept=5

# What the host had before us becomes the first generation, so that even a failed first deploy can be undone.
adopt_original() {
  [ -L "$current" ] && return 0
  local name original=$generations/original
  adopted=true
  rm -rf "$original" "$current"
  install -d -m 755 "$original"
  while read -r name; do
    if [ -f "$postfix_etc/$name" ] && [ ! -L "$postfix_etc/$name" ]; then
      install -d -m 755 "$(dirname "$original/$name")"
      cp -a "$postfix_etc/$name" "$original/$name"
    fi
  done < <(names etc)
  persist "$original"
  ln -s original "$current"
}

# Ends the run before anything has gone live; nothing is a link yet where nothing had before.
refuse_next_hops() {
  restore_services
  [ "$adopted" = false ] || rm -rf "$current" "$generations/original"
  die "$preflight_says"
}

# Copies the new generation next to the live one, complete and on disk before anything points at it.
stage() {
  local name
  staged=$generations/$(date -u +%Y%m%dT%H%M%SZ)-$(cat generation)
  rm -rf "$generations"/*.new "${staged:?}"
  cp -a etc "$staged.new"
  install -m 600 smoke.plan store "$staged.new/"
  while read -r name; do persist "$staged.new/$name"; done < <(names etc)
  untried=$staged
  mv "$staged.new" "$staged"
  persist "$generations"
}

# Every file of the generation is a link through `current`; replaced one by one, each by rename. Postfix may have read
# what stood in a link's place.
link_files() {
  local name target
  while read -r name; do
    target=$current/$name
    [ "$(readlink "$postfix_etc/$name" 2>/dev/null)" = "$target" ] && continue
    install -d -m 755 "$(dirname "$postfix_etc/$name")"
    ln -sfn "$target" "$postfix_etc/$name.mail-relay"
    mv -Tf "$postfix_etc/$name.mail-relay" "$postfix_etc/$name"
    relinked=true
  done < <(names "$1")
}

unlink_dangling() {
  find "$postfix_etc" -maxdepth 2 -xtype l -lname "$current/*" -delete
}

point_at() {
  ln -sfn "${2##*/}" "$1.new"
  mv -Tf "$1.new" "$1"
  persist "$generations"
}

# The last generation that is known to serve: not the live one if the run that switched to it was cut off.
last_good() {
  if [ -d "$proven" ]; then readlink -f "$proven"; else readlink -f "$current"; fi
}

# A reload keeps sessions; only what it cannot change, the addresses Postfix listens on, takes a restart. What is said
# meanwhile is kept until the end: a command that cannot get rid of its words may fail, though all else is well.
bring_into_force() {
  local said status=0
  said=$(switch_over "$@" 2>&1) || status=$?
  [ -z "$said" ] || say "$said"
  return "$status"
}

switch_over() {
  local was=$1 now=$2 act=(postfix reload)
  [ "$(listening "$was")" = "$(listening "$now")" ] || act=(systemctl restart postfix)
  if ! answers; then
    # The per-instance unit is generated from main.cf, which a fresh package does not have.
    systemctl daemon-reload
    act=(systemctl restart postfix)
  fi
  keep_running
  "${act[@]}"
}

# Whether clients are served, which a master that is there does not prove.
answers() {
  running && python3 -B -m lib.listeners
}

# What a reload does not cure, such as a stopped master or a service that it waits a minute to try again.
start_again() {
  say "starting Postfix again"
  systemctl restart postfix && smoke_test "$live"
}

# Postfix has to be there after the next boot, and after the death of its master.
keep_running() {
  local unit=postfix.service folder
  # Up to Debian 12 this one is only a wrapper for that of the instance.
  [ "$(systemctl show -p Type --value "$unit")" = forking ] || unit=postfix@-.service
  folder=/etc/systemd/system/$unit.d
  cat restart.conf "$unit.conf" >unit.conf
  if ! cmp -s unit.conf "$folder/mail-relay.conf"; then
    install -d -m 755 "$folder"
    install -m 644 unit.conf "$folder/.mail-relay"
    persist "$folder/.mail-relay"
    mv -f "$folder/.mail-relay" "$folder/mail-relay.conf"
    systemctl daemon-reload
  fi
  case $(systemctl is-enabled postfix 2>/dev/null || true) in
  enabled) return 0 ;;
  masked*) systemctl --quiet unmask postfix ;;
  esac
  systemctl --quiet enable postfix
}

# What was here before us may have no configuration; postconf would wait a second for one.
listening() {
  [ ! -e "$1/main.cf" ] || postconf -c "$1" -h inet_interfaces inet_protocols 2>/dev/null || true
}

smoke_test() {
  python3 -B ./probe.py <"$1/smoke.plan" >/dev/null
}

restore() {
  local good=$1
  say "putting the last good configuration back"
  restore_services
  restore_certificate
  point_at "$current" "$good"
  if [ ! -e "$good/main.cf" ]; then
    unlink_dangling
    systemctl stop postfix || true
    rm -f "$proven"
    die "the new configuration failed its smoke test; this host had no earlier one, so Postfix is stopped"
  fi
  link_files "$good"
  bring_into_force "$staged" "$good" || true
  rm -rf "$staged" "$proven"
  if [ ! -e "$good/smoke.plan" ] || smoke_test "$good"; then
    die "the new configuration failed its smoke test; the last good one is live again"
  fi
  die "the new configuration failed its smoke test and the last good one fails too: look at the log of postfix"
}

prune() {
  local live folder
  live=$(readlink -f "$current")
  find "$generations" -mindepth 1 -maxdepth 1 -type d ! -path "$live" ! -name original | sort -r |
    tail -n +"$kept" | while read -r folder; do rm -rf "$folder"; done
  # Postfix's own unprivileged programs read the live one; the others are nobody's business.
  find "$generations" -mindepth 1 -maxdepth 1 -type d ! -path "$live" -exec chmod 700 {} +
  chmod 755 "$live"
}

# Nothing at all happens to what is right already.
keep_mode() {
  [ "$(stat -c %a "$2")" = "$1" ] || chmod "$1" "$2"
}

finish() {
  end_trial
  keep_mode 755 "$postfix_etc"
  keep_mode 755 "$generations"
  keep_mode 700 "$postfix_etc/tls"
  keep_mode 600 "$postfix_etc/tls/relay.pem"
  commit_services
  note_installed "$installed_files" python3 -B -m lib.installed files
  note_installed "$installed_values" python3 -B -m lib.installed values
  settle_certificate
  note_installed "$generation_deployed" cat generation
  note_preflight
  printf '{"generation":"%s","changed":%s,"preflight":%s}\n' "$(cat generation)" "$1" "$(cat preflight.found)"
  exit 0
}

# A connection that breaks off must not stop a swap half-way: the step ends by itself, good or restored.
trap '' HUP PIPE
relinked=false
adopted=false
untried=
take_lock
# Only under the lock: what is there before belongs to another deploy.
trap 'drop_preflight; end_trial; rm -rf "$generations"/*.new ${untried:+"$untried"}' EXIT
keep_input
install -d -m 755 "$generations"
find etc -type d -exec chmod 755 {} +
begin_preflight
prepare_certificate
adopt_original

install_services || {
  restore_services
  die "a service beside Postfix does not take its new configuration; the old one is back, Postfix is untouched"
}
live=$(last_good)
if [ ! -L "$proven" ] && running && [ ! -e candidate.pem ] &&
  [ "$(names etc)" = "$(names "$live")" ] && cmp -s <(fingerprint etc) <(fingerprint "$live"); then
  end_preflight || refuse_next_hops
  link_files "$live"
  keep_running
  install_certificate
  [ "$relinked" = false ] || bring_into_force "$live" "$live"
  smoke_test "$live" || start_again || die "the configuration is unchanged, but the relay does not answer as it should"
  finish false
fi

stage
say "trying the new configuration out"
# Not part of the condition below, in which an error such as a full disk would not end anything.
prepare_trial "$staged"
try_out || {
  restore_services
  die "the new configuration failed its trial, the old one is untouched"
}
{ end_preflight && verify_next_hops; } || refuse_next_hops
rm -f "$generation_deployed"
install_certificate
link_files "$staged"
point_at "$proven" "$live"
untried=
point_at "$current" "$staged"
if ! bring_into_force "$live" "$staged" || ! smoke_test "$staged"; then
  restore "$live"
fi
rm -f "$proven"
unlink_dangling
prune
abandon_stores "$(cat store)"
finish true
