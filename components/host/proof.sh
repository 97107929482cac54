#!/usr/bin/env bash
# Proof step: carries out ./proof.plan against the live listeners and prints the result as one JSON line.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh

python3 -B ./probe.py <proof.plan || die "the relay did not prove itself; nothing was changed by this step"
