import type { DnsSeen, RecordSeen } from "./dnsLookups";
import { fault, warning, type Check, type Finding } from "./finding";
import { isDmarc, isSpf, line, mergedSpf, publicKey, relayTerms, sameName, type Kind } from "./records";

/** What the world sees, and what it means for this relay. */
export interface Naming extends DnsSeen {
  /** Whether the relay itself delivers to each domain's servers. Behind a smart host, receivers see that one instead. */
  direct: boolean;
  /** `inet_protocols`. */
  protocols: string;
}

export const dns: Check<Naming>[] = [
  answered,
  forward,
  version6,
  reverse,
  confirmed,
  spf,
  dmarc,
  dkim,
  exchanger,
  forClients,
  signers,
  blockLists,
];

/** Receivers judge a relay that delivers by itself by this. */
const judged = ({ direct }: Naming) => (direct ? fault : warning);

const isUnanswered = ({ kind, found, spf: result }: RecordSeen) =>
  found === undefined || (kind === "spf" && result === undefined);

function answered({ records }: Naming): Finding[] {
  const names = [...new Set(records.filter(isUnanswered).map(({ name }) => name))];
  if (names.length === 0) return [];
  return [warning("dns-silent", `no name server answers for ${names.join(", ")}`, "name another one with --resolver")];
}

const ofKind = ({ records }: Naming, ...kinds: Kind[]) => records.filter(({ kind }) => kinds.includes(kind));

/** The records of some kinds that DNS has not got, or has otherwise. */
const missing = (seen: Naming, ...kinds: Kind[]) =>
  ofKind(seen, ...kinds).filter(
    ({ found, value }) => found !== undefined && !found.some((one) => sameName(one, value)),
  );

/** A finding with the record to publish; `instead` is what DNS has in its place. */
function publish(make: typeof fault, record: RecordSeen, what: string, value = record.value): Finding {
  const { name, type, ttl, why } = record;
  const exact = { name, type, value, ttl };
  const reason = value === record.value ? ` (${why})` : "";
  return { ...make(`dns-${record.kind}`, what, `publish ${line(exact)}${reason}`), record: exact };
}

const shown = (found: string[] | undefined, otherwise: string) => (found?.length ? found.join(", ") : otherwise);

function forward(seen: Naming): Finding[] {
  const lost = missing(seen, "a");
  if (lost.length > 0)
    return lost.map((record) =>
      publish(
        fault,
        record,
        `${record.name} has ${shown(record.found, "no address")} in DNS instead of ${record.value}`,
      ),
    );
  const wanted = ofKind(seen, "a");
  const strangers = wanted.flatMap(({ name, found = [] }) =>
    found
      .filter((address) => !wanted.some((one) => one.name === name && one.value === address))
      .map((value) => line({ name, type: "A", value })),
  );
  return [...new Set(strangers)].map((stray) =>
    warning("dns-a-other", `DNS also has ${stray}, which is no address of this relay`, "remove that record"),
  );
}

function version6({ aaaa, hostname, protocols }: Naming): Finding[] {
  if (!aaaa?.length || protocols !== "ipv4") return [];
  return [
    fault(
      "dns-aaaa",
      `${hostname} has the IPv6 address ${aaaa.join(", ")}, where no relay listens`,
      "remove the AAAA record",
    ),
  ];
}

function reverse(seen: Naming): Finding[] {
  return missing(seen, "ptr").map((record) => {
    const found = record.found?.length ? `the name ${record.found.map(undotted).join(", ")}` : "no name";
    const what = `${seen.address} has ${found} in reverse DNS instead of ${undotted(record.value)}`;
    return publish(judged(seen), record, what);
  });
}

const undotted = (name: string) => name.replace(/\.$/, "");

function confirmed(seen: Naming): Finding[] {
  const { names = [], address } = seen;
  const [unconfirmed, ...others] = names
    .filter(({ addresses }) => !addresses.includes(address))
    .map(({ name }) => name);
  if (unconfirmed === undefined) return [];
  return [
    judged(seen)(
      "dns-ptr-unconfirmed",
      `the reverse name ${[unconfirmed, ...others].join(", ")} does not lead back to ${address}`,
      `publish ${line({ name: unconfirmed, type: "A", value: address })}`,
    ),
  ];
}

function spf(seen: Naming): Finding[] {
  const withoutAddress = missing(seen, "a").length > 0;
  return ofKind(seen, "spf").flatMap((record) => {
    const { name, value, found = [], spf: result } = record;
    const [published, ...more] = found.filter(isSpf);
    if (result === undefined || result === "pass") return [];
    if (published === undefined) return [publish(judged(seen), record, `${name} has no SPF record`)];
    if (more.length > 0) return [publish(fault, record, `${name} has several SPF records; receivers ignore them all`)];
    if (result === "permerror") return [publish(fault, record, `the SPF record of ${name} is broken: ${published}`)];
    // Behind a smart host SPF must let the smart host's addresses send.
    if (!seen.direct) return [];
    // A right record fails, too, while the name in it has no right address.
    if (withoutAddress && relayTerms(value).every((term) => published.split(/\s+/).includes(term))) return [];
    const what = `the SPF record of ${name} does not let ${seen.address} send (${result})`;
    return [publish(fault, record, what, mergedSpf(published, value))];
  });
}

function dmarc(seen: Naming): Finding[] {
  return ofKind(seen, "dmarc").flatMap((record) => {
    const { name, found } = record;
    const policies = found?.filter(isDmarc).length ?? 1;
    if (policies === 1) return [];
    return [publish(warning, record, `${name} has ${policies === 0 ? "no DMARC record" : "several DMARC records"}`)];
  });
}

function dkim(seen: Naming): Finding[] {
  return ofKind(seen, "dkim").flatMap((record) => {
    const { name, value, found } = record;
    const keys = found?.map(publicKey).filter((key) => key !== "");
    if (keys === undefined || keys.includes(publicKey(value))) return [];
    const what = keys.length === 0 ? `there is no DKIM key at ${name}` : `the DKIM key at ${name} is not the relay's`;
    return [publish(fault, record, what)];
  });
}

/** The relay's own name as a mail domain. */
function exchanger(seen: Naming): Finding[] {
  return differing(seen, "mx");
}

/** What mail clients set themselves up by. */
function forClients(seen: Naming): Finding[] {
  return differing(seen, "srv", "cname");
}

const differing = (seen: Naming, ...kinds: Kind[]) =>
  missing(seen, ...kinds).map((record) =>
    publish(
      warning,
      record,
      `${record.name} has ${shown(record.found, `no ${record.type} record`)} in DNS instead of ${record.value}`,
    ),
  );

function signers({ signers: asked }: Naming): Finding[] {
  return asked
    .filter(({ found }) => found !== undefined && !found.some((text) => publicKey(text) !== ""))
    .map(({ name }) =>
      fault("dns-dkim", `there is no DKIM key at ${name}`, "publish the TXT record with the signer's public key"),
    );
}

function blockLists({ listed, address }: Naming): Finding[] {
  return listed.map(({ list, answer }) =>
    warning(
      "block-list",
      `${address} is on the block list ${list} (${answer})`,
      `see the reason at ${list}, and ask to be removed`,
    ),
  );
}
