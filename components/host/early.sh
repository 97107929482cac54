#!/usr/bin/env bash
# The installation of the install step, begun at the droplet's first boot.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh
# shellcheck source-path=SCRIPTDIR source=packages.sh
. ./packages.sh

# Whoever has the lock is the install step, which does the same.
exec 9>"$locks/deploy.lock"
flock -n 9 || exit 0
# cloud-init may give apt other sources between its lists and its packages. What fails here, the install step repeats.
for _ in 1 2 3; do
  if (install_missing); then exit 0; fi
  sleep 2
done
exit 1
