import type { DnsRecord } from "../../sandbox/cloud/types";

/** A fault somebody or something makes on a relay, and what the doctor must say of it. */
interface SeededFault {
  what: string;
  /** Shell lines on the host. */
  seed: string;
  undo: string;
  id: string;
  /** Part of the sentence that names it. */
  said: RegExp;
}

/** Records of the world outside; `without` are taken out, `with` put in. */
export interface DnsFault {
  what: string;
  without?: string;
  with?: DnsRecord;
  id: string;
  said: RegExp;
}

/** Faults that can be there together without one hiding another; each group costs one look. */
export interface FaultGroup {
  name: string;
  host: SeededFault[];
  dns: DnsFault[];
}

export const database = "/var/spool/postfix/sasl/relay.db";
export const pem = "/etc/postfix/tls/relay.pem";

/** One parameter in the live file, behind its link, as an editor would change it. */
export const mainCf = (name: string, value: string) =>
  `postconf -n ${name} | grep -q = && sed -i --follow-symlinks 's|^${name} *=.*|${name} = ${value}|' /etc/postfix/main.cf` +
  ` || echo '${name} = ${value}' >>$(readlink -f /etc/postfix/main.cf)`;

/** Every group begins with a copy of what it may change, and ends with bringing it back. */
export const keep = `rm -rf /root/kept; mkdir /root/kept; cp -a $(readlink -f /etc/postfix/generations/current) /root/kept/live
cp -a ${pem} ${database} /root/kept/; cp -a /var/lib/mail-relay/proof.json /root/kept/`;
/** A restart, because master waits a minute before it starts an smtpd again that failed. */
export const putBack = `cp -a /root/kept/live/. $(readlink -f /etc/postfix/generations/current)/
cp -a /root/kept/relay.pem ${pem}; cp -a /root/kept/relay.db ${database}; cp -a /root/kept/proof.json /var/lib/mail-relay/
systemctl restart postfix
journalctl -q --rotate; journalctl -q --vacuum-time=1s 2>/dev/null`;

export const reverseName = (address: string) => `${address.split(".").reverse().join(".")}.in-addr.arpa`;

/** What a fault needs that another one of its group seeds or undoes. */
export const none = "true";
