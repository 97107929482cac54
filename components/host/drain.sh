#!/usr/bin/env bash
# Drain step: run on a droplet that is about to be deleted, once its firewall has closed the ports for mail. Delivers
# what waits in the queue and stops Postfix, or fails and leaves Postfix trying.
# Reads ./seconds (how long it may take) and ./relay (its name and address for messages).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./lib.sh

look_every=2
# Deferred messages would wait for minutes and hours by themselves.
flush_every=20
tell_every=10

# The queue as $left messages, $held of them on hold, the oldest of them for $oldest. It can be read while Postfix is
# stopped, too, but not while it is just starting.
look() {
  local tries=0 listed
  until listed=$(postqueue -j 2>errors | python3 -B ./queued.py 2>>errors); do
    tries=$((tries + 1))
    [ "$tries" -lt 10 ] || die "the queue of $(cat relay) cannot be read: $(tail -n 1 errors)"
    sleep 1
  done
  read -r left held <<<"$listed"
  oldest=$(tail -n +2 <<<"$listed")
}

give_up() {
  die "$left messages are still in the queue of $(cat relay), $held of them on hold; the oldest has waited $oldest." \
    "The droplet stays, keeps trying and takes no new mail. Run pulumi up again to drain it again; or give the rest" \
    "up by postsuper -d ALL on the droplet, and then run pulumi up again. postsuper -H ALL releases what is on hold."
}

# Sessions that were open when the ports closed go on bringing messages. They end before Postfix does: a message that is
# being handed on while Postfix stops would be handed on once more. The queue is looked at again after each of the two.
finish_if_empty() {
  [ "$left" -eq 0 ] || return 0
  pkill -x smtpd || true
  sleep 1
  look
  [ "$left" -eq 0 ] || return 0
  systemctl stop postfix
  look
  [ "$left" -eq 0 ] || return 0
  say "the queue is empty, Postfix is stopped"
  exit 0
}

if [ ! -e /etc/postfix/main.cf ] || ! command -v postqueue >/dev/null; then
  say "there is no Postfix here, so there is nothing to drain"
  exit 0
fi
take_lock
deadline=$((SECONDS + $(cat seconds)))
flush_at=0
tell_at=0
while :; do
  look
  finish_if_empty
  if [ "$left" -eq "$held" ] || [ "$SECONDS" -ge "$deadline" ]; then give_up; fi
  running || systemctl restart postfix
  if [ "$SECONDS" -ge "$flush_at" ]; then
    flush_at=$((SECONDS + flush_every))
    postqueue -f
  fi
  if [ "$SECONDS" -ge "$tell_at" ]; then
    tell_at=$((SECONDS + tell_every))
    say "$left messages left, the oldest has waited $oldest"
  fi
  sleep "$look_every"
done
