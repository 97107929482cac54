#!/usr/bin/env bash
# Install step: waits until the host is ready, installs what is missing, prints what it found as one JSON line.
# Reads ./packages, ./parameters (one name a line), ./masks (package and unit) and ./preseed (for debconf); ./mail-relay-metadata.service exists on droplets.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh
# shellcheck source-path=SCRIPTDIR source=chroot.sh
. ./chroot.sh

boot_finished=/var/lib/cloud/instance/boot-finished

# cloud-init installs the same packages from user data; both at once would only queue up behind apt's lock.
wait_for_cloud_init() {
  [ ! -e "$boot_finished" ] || return 0
  command -v cloud-init >/dev/null || return 0
  case $(cloud-init status 2>/dev/null) in *disabled*) return 0 ;; esac
  say "waiting for cloud-init to finish"
  # 0 is done, 2 is done with recoverable errors. Older releases return early after a failed module, hence the file.
  timeout 900 cloud-init status --wait >/dev/null 2>&1 || true
  local tries=0
  until [ -e "$boot_finished" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 1800 ] || die "cloud-init has not finished after 15 minutes; see /var/log/cloud-init-output.log"
    sleep 0.5
  done
}

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

# A package that comes with a service of its own, which nobody asked for; one that was there before is somebody else's.
mask_units() {
  local package unit missing
  missing=$(missing_packages)
  while read -r package unit; do
    grep -qxF "$package" <<<"$missing" || continue
    ln -sfn /dev/null "/etc/systemd/system/$unit"
  done <masks
}

install_missing() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "installing ${missing[*]}"
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

# The metadata service shows user data, and with it the SSH host key, to every process that asks: leave it to root's.
# The unit does so from the next boot on; enabling it by its link alone saves two seconds of systemd reloading.
close_metadata() {
  local units=/etc/systemd/system unit=mail-relay-metadata.service rule
  [ -e "$unit" ] || return 0
  rule=$(sed -n 's/^ExecStart=ip rule add //p' "$unit")
  install -m 644 "$unit" "$units/$unit"
  install -d -m 755 "$units/multi-user.target.wants"
  ln -sfn "$units/$unit" "$units/multi-user.target.wants/$unit"
  # shellcheck disable=SC2086 # the rule is several words
  grep -q "169.254.169.254.*uidrange" <<<"$(ip rule show)" || ip rule add $rule
}

# The mechanisms whose plugins are there, by the names the protocol uses.
mechanisms() {
  local plugin
  for plugin in /usr/lib/*/sasl2/lib{plain,login,crammd5,digestmd5,ntlm}.so; do
    [ -e "$plugin" ] || continue
    case ${plugin##*/lib} in
    crammd5.so) echo CRAM-MD5 ;;
    digestmd5.so) echo DIGEST-MD5 ;;
    *) basename "${plugin##*/lib}" .so | tr '[:lower:]' '[:upper:]' ;;
    esac
  done
}

# Lines as the inside of a JSON list; the words that come here need no escaping.
json_list() {
  sed 's/.*/"&"/' | paste -sd,
}

print_facts() {
  local known release
  # Not quoted in os-release are only words and version numbers, so nothing here needs escaping in JSON.
  release=$(. /etc/os-release && printf '%s %s' "$ID" "$VERSION_ID")
  known=$(postconf -c /usr/share/postfix -d 2>/dev/null | sed -n 's/ =.*//p' | grep -xF -f parameters | json_list)
  printf '{"release":"%s","postfixVersion":"%s","chrootMechanism":"%s","mechanisms":[%s],"parameters":[%s]}\n' \
    "$release" "$(postconf -dh mail_version)" "$(chroot_mechanism)" "$(mechanisms | json_list)" "$known"
}

wait_for_cloud_init
take_lock
remove_policy
mask_units
install_missing
close_metadata
print_facts
