#!/usr/bin/env bash
# Install step: waits until the host is ready, installs what is missing, prints what it found as one JSON line.
# Reads ./parameters (one name a line) and what packages.sh reads; ./mail-relay-metadata.service exists on droplets.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh
# shellcheck source-path=SCRIPTDIR source=chroot.sh
. ./chroot.sh
# shellcheck source-path=SCRIPTDIR source=packages.sh
. ./packages.sh

boot_finished=/var/lib/cloud/instance/boot-finished

# What user data of this version has begun is all there is to wait for; it holds the lock while it is at work.
wait_for_boot() {
  if [ ! -e "$locks/packages" ]; then
    wait_for_cloud_init
  elif ! flock -n "$locks/deploy.lock" true; then
    say "waiting for the packages that the droplet has installed since its boot"
    flock -w 900 "$locks/deploy.lock" true || true
  fi
}

# On a server that is not ours, or a droplet of an older version, cloud-init may be installing packages: both at once
# would only queue up behind apt's lock.
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

wait_for_boot
take_lock
remove_policy
install_missing
close_metadata
print_facts
