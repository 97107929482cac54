#!/bin/sh
# Runs inside a freshly debootstrapped base image and makes it what a cloud's image is: cloud-init, sshd, a network.
# Arguments: the packages to install. Optional package sources are in /root/optional.list, one line each.
set -eu
export DEBIAN_FRONTEND=noninteractive

# The packages whose download a droplet is spared; they are not installed.
relay_packages="postfix libsasl2-2 libsasl2-modules sasl2-bin"

apt_update() {
  apt-get -q update "$@"
}

# Of old releases a mirror may no longer carry everything; what it lacks is left out rather than breaking apt later.
keep_working_sources() {
  while read -r line; do
    echo "$line" >/etc/apt/trial.list
    if apt_update -o Dir::Etc::SourceList=trial.list -o Dir::Etc::SourceParts=- >/dev/null 2>&1; then
      echo "$line" >>/etc/apt/sources.list
    else
      echo "I: not on this mirror, left out: $line"
    fi
  done </root/optional.list
  rm /etc/apt/trial.list /root/optional.list
}

# Services must not start in a folder that is no machine yet.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
# Nobody will miss an image, or a sandbox droplet, that a power failure of the real machine damaged.
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/sandbox
echo 'Acquire::Languages "none";' >/etc/apt/apt.conf.d/91sandbox

[ -z "$(ls /usr/local/share/ca-certificates 2>/dev/null)" ] || update-ca-certificates
echo "I: Reading package lists"
keep_working_sources
apt_update
echo "I: Installing packages"
apt-get -q -y --no-install-recommends dist-upgrade
apt-get -q -y --no-install-recommends install "$@"
apt-get clean
echo "I: Downloading the relay's packages"
# shellcheck disable=SC2086 # a list
apt-get -q -y --download-only install $relay_packages

cat >/etc/cloud/cloud.cfg.d/99-sandbox.cfg <<'CLOUD'
# The address is the sandbox's business, and a droplet has no user but root.
datasource_list: [NoCloud, None]
network: {config: disabled}
disable_root: false
users: []
locale: C.UTF-8
apt: {preserve_sources_list: true}
CLOUD
systemctl enable systemd-networkd

# What must be each droplet's own is made at its first boot.
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub /usr/sbin/policy-rc.d /var/lib/dbus/machine-id
: >/etc/machine-id
rm -rf /var/lib/cloud /var/log/cloud-init*.log
