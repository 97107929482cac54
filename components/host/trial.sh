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

# The live queue's folders, empty; `postfix check` would make them too, but takes seconds for it.
copy_queue_folders() {
  local mode owner group name
  find /var/spool/postfix -mindepth 1 -maxdepth 1 -type d ! -name sasl -printf '%m %u %g %P\n' |
    while read -r mode owner group name; do
      install -d -m "$mode" -o "$owner" -g "$group" "$trial_home/queue/$name"
    done
}

prepare_trial() {
  local staged=$1
  end_trial
  install -d -m 711 /var/lib/mail-relay
  install -d -m 755 "$trial_home" "$trial_home/queue"
  install -d -m 700 -o postfix "$trial_home/data"
  copy_queue_folders
  cp -a "$staged" "$trial_home/etc"
  # With their times of long ago: every program of Postfix waits for two seconds before it reads a main.cf that is new.
  cp -r --preserve=timestamps trial/. "$trial_home/etc/"
  cp -a "${postfix_etc:?}/tls" "$trial_home/etc/tls"
  [ ! -e candidate.pem ] || cp candidate.pem "$trial_home/etc/tls/relay.pem"
}

# Only after the check, by which the newest packages bring the chroot up to date, and a copied user database with it.
seed_trial() {
  local database
  database=$trial_home/queue/$(cat trial.database)
  install -d -m 755 "$(dirname "$database")"
  rm -f "$database"
  db_load -f trial.users "$database"
  chgrp postfix "$database"
  chmod 640 "$database"
}

# Where no log service of the trial's runs yet, and no terminal is there, Postfix's programs speak to the system's log.
last_word() {
  journalctl -q --sync
  journalctl -q -o cat -n 1 -t "$@" | sed -n 1p
}

# Messages of Postfix's commands, each once and without what repeats: which program speaks, and where the trial lies.
in_short() {
  sed -e 's/^[^ ]*: \(warning\|error\|fatal\): //' -e "s|$trial_home/etc/||g" | awk '!seen[$0]++'
}

# `postfix check` and `postconf` exit 0 on most mistakes and only warn, so any word from them counts. The check also
# makes the folders of the trial's queue.
check_trial() {
  local etc=$trial_home/etc said
  said=$({ postfix -c "$etc" check && postconf -c "$etc" -n && postconf -c "$etc" -M; } 2>&1 >/dev/null) || {
    said=$(in_short <<<"$said")
    say "postfix rejects the new configuration: ${said:-$(last_word postfix)}"
    return 1
  }
  # The check also meets the live folder and remarks on its links (see apply.sh); only the staged one is on trial.
  said=$(grep -v ": ${postfix_etc:?}/" <<<"$said") || return 0
  [ -z "$said" ] || {
    say "postfix warns about the new configuration: $(in_short <<<"$said")"
    return 1
  }
}

# Tables of expressions: Postfix leaves a line that it cannot read out, and remarks on it only when it first asks.
check_expressions() {
  local table said
  for table in header_checks part_header_checks login_commands; do
    [ -e "$trial_home/etc/$table" ] || continue
    said=$(postmap -c "$trial_home/etc" -q x "regexp:$trial_home/etc/$table" 2>&1 >/dev/null) || true
    said=$(grep -v ": ${postfix_etc:?}/" <<<"$said") || continue
    [ -z "$said" ] || {
      say "postfix does not understand $table: $(in_short <<<"$said")"
      return 1
    }
  done
}

# The one message of the plan goes to two recipients. One must come as far as the transport that is held back, or, where
# a table sends it elsewhere, to a name or address that the trial's SMTP client, without resolver and route, cannot
# reach. The other must pass that client.
# Whatever else becomes of them, an unknown transport or a table that cannot be read, would become of everybody's mail.
message_arrived() {
  arrived probe '\(deferred transport\)$|: Invalid argument\)$|^deferred \(Host or domain name not found' && arrived sink '^sent '
}

arrived() {
  local recipient=$1 good=$2 tries=0 status
  until status=$(grep -m 1 -o "to=<$recipient@relay-probe\.invalid>.* status=.*" "$trial_home/log"); do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || {
      say "the trial's message was accepted, but does not get on"
      return 1
    }
    sleep 0.1
  done
  status=${status##*status=}
  [[ $status =~ $good ]] || {
    say "accepted mail would not be delivered: $status"
    return 1
  }
}

# The message as the sink got it from the SMTP client, which is what a receiver would get. ./trial.signature, which may be
# absent, says who must have signed it.
signature_verifies() {
  local id problem
  [ -e trial.signature ] || return 0
  id=$(find "$trial_home/queue/hold" -type f -printf '%f\n' -quit)
  problem=$(postcat -c "$trial_home/etc" -bhq "$id" 2>/dev/null | python3 -B ./signature.py trial.signature) ||
    problem="it cannot be read"
  [ -z "$problem" ] || {
    say "a receiver would not accept the signature of the trial's message: $problem; see journalctl -u mail-relay-signer"
    return 1
  }
}

# What services leave in the log when they have their part in the message. ./trial.expected, which may be absent, has two
# lines for each: what to look for, and what to say if it is not there.
services_took_part() {
  local pattern otherwise
  [ -e trial.expected ] || return 0
  while IFS= read -r pattern && IFS= read -r otherwise; do
    grep -qE -e "$pattern" "$trial_home/log" || {
      say "$otherwise"
      return 1
    }
  done <trial.expected
}

# What went wrong in the trial: first what ended a program, then the last of the rest without the remarks on the links of
# the live folder.
complaints() {
  {
    grep -E ' (fatal|panic): ' "$trial_home/log" | without_origin | sed -n 1,2p
    grep -E ' (error|warning): ' "$trial_home/log" | grep -v 'symlink leaves directory' |
      without_origin | tail -n 4
  } 2>/dev/null
}

# Lines of the log, each once and without time and program.
without_origin() {
  sed 's/^[^]]*\]: //' | awk '!seen[$0]++'
}

# Succeeds when the staged configuration greets, lets a login in and keeps strangers out on every listener.
try_out() {
  check_trial && check_expressions || return 1
  seed_trial
  # The master itself, because `postfix start` checks everything once more and waits for seconds.
  "$(postconf -dh daemon_directory)/master" -c "$trial_home/etc" -w >/dev/null 2>&1 || {
    say "the trial instance does not start: $(last_word postfix/master -n 2)"
    return 1
  }
  { python3 -B ./probe.py <trial.plan >/dev/null && message_arrived && services_took_part && signature_verifies; } || {
    complaints >&2 || true
    return 1
  }
}
