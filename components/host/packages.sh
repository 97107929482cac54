# shellcheck shell=bash
# Installs what is missing; sourced by the install step and by what user data runs. Reads ./packages, ./masks (package
# and unit) and ./preseed (for debconf).

missing_packages() {
  local name status
  while read -r name; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) || status=absent
    [ "$status" = installed ] || printf '%s\n' "$name"
  done <packages
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get -q -y -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# Runs a package command quietly and shows its last lines only when it fails.
packaging() {
  "$@" >packaging.log 2>&1 </dev/null || {
    tail -n 20 packaging.log >&2
    die "failed: $*"
  }
}

# The host's own daily update may be at work; apt waits for the lock on packages, but not for the one on their lists.
update_lists() {
  local rest=120
  until apt_get update 2>&1 | tee lists.log; do
    rest=$((rest - 1))
    [ "$rest" -gt 0 ] && grep -q /var/lib/apt/lists/lock lists.log || return 1
    sleep 5
  done
}

# Of packages that are about to be installed: the services they bring, which nobody asked for. What was there before is
# somebody else's.
mask_units() {
  local package unit
  while read -r package unit; do
    [[ " $* " == *" $package "* ]] || continue
    ln -sfn /dev/null "/etc/systemd/system/$unit"
  done <masks
}

install_missing() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "installing ${missing[*]}"
  mask_units "${missing[@]}"
  # A run that was cut off in the middle of dpkg leaves it half-configured, and apt-get refuses until that is finished.
  [ -z "$(dpkg --audit)" ] || packaging dpkg --configure -a
  packaging update_lists
  if [ -e /etc/postfix/main.cf ]; then
    packaging apt_get install --no-install-recommends "${missing[@]}"
  else
    # Without a configuration of its own the package spends no time on one that apply.sh replaces.
    debconf-set-selections <preseed
    without_services packaging apt_get install --no-install-recommends "${missing[@]}"
  fi
}

# Keeps maintainer scripts from starting services that have no configuration yet, and from reloading systemd for each
# package; apply.sh does both once. The policy speaks only while this process lives, so a run that is cut off leaves
# nothing behind that could hinder anybody.
without_services() {
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\n# pulumi-mail-relay\nkill -0 %d 2>/dev/null && exit 101\nexit 0\n' "$$" >policy-rc.d
    install -m 755 policy-rc.d "$policy"
  fi
  SYSTEMD_OFFLINE=1 "$@"
  remove_policy
}

remove_policy() {
  if grep -qs pulumi-mail-relay /usr/sbin/policy-rc.d; then rm -f /usr/sbin/policy-rc.d; fi
}
