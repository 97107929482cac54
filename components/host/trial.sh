# shellcheck shell=bash
# The trial instance: the staged configuration run for a few seconds on loopback ports, with its own queue and its own
# user database, to see what `postfix check` cannot. Sourced by apply.sh.

trial_home=/var/lib/mail-relay/trial

end_trial() {
  local master=$trial_home/queue/pid/master.pid pid
  if [ -s "$master" ]; then
    read -r pid <"$master"
    # The pid file may be left over from a run that was cut off; only a Postfix master of ours is ended.
    if [ "$(readlink -f "/proc/$pid/cwd" 2>/dev/null)" = "$trial_home/queue" ]; then
      kill -TERM "$pid"
      local tries=0
      while [ -d "/proc/$pid" ] && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.05
      done
    fi
  fi
  rm -rf "$trial_home"
}

prepare_trial() {
  local staged=$1
  install -d -m 711 /var/lib/mail-relay
  install -d -m 755 "$trial_home" "$trial_home/queue"
  install -d -m 700 -o postfix "$trial_home/data"
  cp -a "$staged" "$trial_home/etc"
  install -m 644 trial/main.cf trial/master.cf "$trial_home/etc/"
  cp -a "${postfix_etc:?}/tls" "$trial_home/etc/tls"
  install -d -m 750 -g postfix "$trial_home/queue/sasl"
  db_load -f trial.users "$trial_home/queue/sasl/relay.db"
  chgrp postfix "$trial_home/queue/sasl/relay.db"
  chmod 640 "$trial_home/queue/sasl/relay.db"
}

# Succeeds when the staged configuration greets, lets a login in and keeps strangers out on every listener.
try_out() {
  local staged=$1
  end_trial
  prepare_trial "$staged"
  if ! postfix -c "$trial_home/etc" start >"$trial_home/start" 2>&1; then
    say "the trial instance does not start:"
    tail -n 5 "$trial_home/start" >&2
    return 1
  fi
  python3 -B ./probe.py <trial.plan >/dev/null || {
    tail -n 5 "$trial_home/log" 2>/dev/null | grep -E 'fatal|error|warning' >&2 || true
    return 1
  }
}
