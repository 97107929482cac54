# shellcheck shell=bash
# User data runs this at a droplet's first boot, with the archive that early.sh is in as its argument. The installation
# goes on beside the rest of the boot, as soon as the network is there: cloud-init's own would wait for its last stage.
set -euo pipefail
umask 077
dir=/run/mail-relay/packages
mkdir -p "$dir"
base64 -d <<<"$1" | tar -x -z -f - -C "$dir"
# In its last stage cloud-init runs the cloud's own installers, such as that of the monitoring agent, which give up when
# apt is at work.
systemd-run --quiet --no-block --collect --unit=mail-relay-packages --property=Type=oneshot \
  --property=After=network-online.target --property=Before=cloud-final.service --property=TimeoutStartSec=900 \
  --property=WorkingDirectory="$dir" bash early.sh
