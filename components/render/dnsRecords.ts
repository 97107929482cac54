import { RelaySettings } from "../settings/settings";
import { listeners } from "../settings/listeners";

/** A DNS record the relay needs, in the form zone files have, and how it is told apart from the others. */
export interface WantedRecord {
  /** Stable name among the records: what it is for, without values that change. */
  role: string;
  /** Fully qualified, without a final dot. */
  name: string;
  type: string;
  value: string;
  /** Seconds. */
  ttl: number;
  why: string;
  /** Says what the whole domain wants, and it may have said so already. */
  policy?: boolean;
}

/** What the records are made of. */
export type RecordSettings = Pick<RelaySettings, "myHostname" | "myDomain" | "listeners" | "dkim" | "dns"> & {
  relayHost?: { host: string };
  droplet?: object;
};

/** The relay's addresses. */
export interface Addresses {
  /** Where clients reach it. */
  clients: string;
  /** Which one the world sees its mail come from. */
  sending: string;
}

/** Every record for these settings, whoever creates them. `dkim` are the TXT values of the selectors, in their order. */
export function dnsRecords(settings: RecordSettings, addresses: Addresses, dkim: string[]): WantedRecord[] {
  const records = [
    ...addressRecords(settings, addresses),
    ...mailHostRecords(settings),
    ...policies(settings),
    ...keys(settings, dkim),
    ...forClients(settings),
  ];
  return records.map((record) => ({ ...record, ttl: settings.dns.ttl }));
}

type Untimed = Omit<WantedRecord, "ttl">;

function addressRecords({ myHostname, relayHost, droplet }: RecordSettings, addresses: Addresses): Untimed[] {
  const { clients, sending } = addresses;
  if (!/^[\d.]+$/.test(clients)) return [];
  const isReserved = clients !== sending;
  const found: Untimed[] = [
    { role: "a", name: myHostname, type: "A", value: clients, why: "Clients find the relay by this name." },
  ];
  if (isReserved && !relayHost) {
    const why =
      "Mail leaves from the droplet's own address, not from the reserved one, and receivers look whether the name that " +
      "address has leads back to it.";
    found.push({ role: "a-sending", name: myHostname, type: "A", value: sending, why });
  }
  const made = droplet
    ? "DigitalOcean makes it from the droplet's name; nothing is to be done."
    : "Whoever the address belongs to, the hosting provider as a rule, has to set it.";
  const reverse = `${sending.split(".").reverse().join(".")}.in-addr.arpa`;
  const reason = relayHost
    ? `Receivers see the addresses of ${relayHost.host} and not this one, so it is of use for logs alone.`
    : "Large receivers refuse mail from an address whose name does not lead back to it.";
  return [...found, { role: "ptr", name: reverse, type: "PTR", value: `${myHostname}.`, why: `${reason} ${made}` }];
}

/** What concerns the relay's own name as a mail domain: it greets by it, and its postmaster can be written to. */
function mailHostRecords(settings: RecordSettings): Untimed[] {
  const { myHostname, relayHost } = settings;
  const takesMail = settings.listeners.includes("smtp");
  return [
    {
      role: "mx-host",
      name: myHostname,
      type: "MX",
      value: takesMail ? `10 ${myHostname}.` : "0 .",
      why: takesMail
        ? "Answers and bounces to the relay's own accounts, such as its postmaster, come to the relay itself."
        : "The relay takes no mail on port 25 (RFC 7505), so answers to its name fail at once and not after days.",
    },
    {
      role: "spf-host",
      name: myHostname,
      type: "TXT",
      value: relayHost ? "v=spf1 -all" : "v=spf1 a -all",
      why: relayHost
        ? "Nobody may greet by the relay's name: mail reaches the world from the smart host."
        : "Receivers check the name the relay greets by, above all for bounces, which have no sender.",
    },
  ];
}

function policies({ myHostname, myDomain, dkim, relayHost }: RecordSettings): Untimed[] {
  const domains = dkim?.domains ?? [myDomain];
  const spf = relayHost
    ? {
        value: `v=spf1 a:${myHostname} ?all`,
        why:
          `Receivers see the addresses of ${relayHost.host}, so its record counts: add the include: its operator names to ` +
          "the one SPF record the domain has, which may only be one.",
      }
    : {
        value: `v=spf1 a:${myHostname} ~all`,
        why:
          "Says that the relay may send for the domain. The domain may have only one SPF record: if it has one, put " +
          `a:${myHostname} into that.`,
      };
  return domains.flatMap((domain, index): Untimed[] => [
    { role: `spf${suffix(index)}`, name: domain, type: "TXT", ...spf, policy: true },
    {
      role: `dmarc${suffix(index)}`,
      name: `_dmarc.${domain}`,
      type: "TXT",
      value: "v=DMARC1; p=none",
      why:
        "Large receivers want one. It asks for nothing yet; if the domain has one, keep that. Add rua=mailto:... for " +
        "reports, and p=quarantine once they are clean.",
      policy: true,
    },
  ]);
}

function keys({ dkim, relayHost }: RecordSettings, values: string[]): Untimed[] {
  if (!dkim) return [];
  const counts = relayHost
    ? ` It counts beside the signature ${relayHost.host} may make itself, whose operator tells its records.`
    : "";
  return dkim.domains.flatMap((domain, at) =>
    dkim.selectors.map((selector, index): Untimed => ({
      role: `dkim-${selector}${suffix(at)}`,
      name: `${selector}._domainkey.${domain}`,
      type: "TXT",
      value: values[index] ?? "",
      why:
        (index === 0
          ? "Receivers check the relay's signatures with this key."
          : "A key that does not sign now: one that will, or one that did and whose mail may still be under way.") +
        counts,
    })),
  );
}

/** The lower number is tried first: TLS from the first byte before STARTTLS (RFC 8314 5.1), as in `clientSettings`. */
const priorities: Record<string, number> = { submissions: 0, submission: 1 };

function forClients(settings: RecordSettings): Untimed[] {
  const { myHostname, myDomain, dns } = settings;
  const open = listeners(settings).map(({ service, port }) => ({ service, port }));
  const services = open.filter(({ service }) => service in priorities);
  const found = services.map(({ service, port }): Untimed => ({
    role: `srv-${service}`,
    name: `_${service}._tcp.${myDomain}`,
    type: "SRV",
    value: `${priorities[service]} 1 ${port} ${myHostname}.`,
    why: "Mail clients that know RFC 6186 find the relay from an address in the domain.",
  }));
  if (dns.autoconfigHost === undefined) return found;
  const why = "Thunderbird asks http://autoconfig.DOMAIN/mail/config-v1.1.xml for its settings.";
  return [
    ...found,
    { role: "autoconfig", name: `autoconfig.${myDomain}`, type: "CNAME", value: `${dns.autoconfigHost}.`, why },
  ];
}

/** The first domain's records keep their names when others come. */
function suffix(index: number): string {
  return index === 0 ? "" : `-${index}`;
}
