import { isIPv4 } from "node:net";
import { lookup } from "node:dns/promises";
import type { Host } from "../ssh";
import { survey, type DeploySeen, type EgressTarget, type Looked, type MachineSeen } from "../survey";
import type { Target } from "../target";
import { accounts } from "./accounts";
import { certificate } from "./certificate";
import { deploy, drift, log, postfixCheck, waiting } from "./configuration";
import { dns } from "./dns";
import { lookUp, resolverOf, type DnsSeen } from "./dnsLookups";
import { exposure } from "./exposure";
import { fault, judge, type Check, type Finding, type Verdict } from "./finding";
import { handmade } from "./handmade";
import { machine } from "./machine";
import { network } from "./network";
import { outgoing, portsLine } from "./outgoing";
import { packages } from "./packages";
import { relaying } from "./relaying";
import { sendingAddress, wantedRecords } from "./records";
import { postfixRuns, serving } from "./services";
import { users } from "./users";

export interface Examination extends Verdict {
  /** Information that is neither good nor bad, one line each: which outgoing ports are open. */
  notes: string[];
  /** What could not be compared, and why, each a line. */
  unchecked: string[];
}

interface ExamineOptions {
  /** Resolvers to ask; none: this machine's. */
  resolvers: string[];
  selectors: string[];
  /** Block lists to ask instead of those the last deploy asked. */
  blockLists: string[];
  /** The server to test every port with, instead of well-known ones. */
  egressHost?: string;
  /** How long one server may take to answer. */
  seconds: number;
  /** Waiting mail older than this is a fault. */
  oldestSeconds: number;
}

/** Servers of large providers that answer on these ports. */
const KNOWN_SERVERS: EgressTarget[] = [
  { host: "gmail-smtp-in.l.google.com", port: 25, implicit: false },
  { host: "smtp.sendgrid.net", port: 465, implicit: true },
  { host: "smtp.sendgrid.net", port: 587, implicit: false },
  { host: "smtp.sendgrid.net", port: 2525, implicit: false },
];
const LOG_MINUTES = 60;
const TOO_MANY_FILES = "not every file of the host was looked at for copies of secrets: there are too many";

/** Checks everything that commonly goes wrong; faults come first. */
export async function examine(host: Host, options: ExamineOptions): Promise<Examination> {
  const begun = Date.now();
  const { machine: base, deploy: deployed } = await survey(host, { machine: {}, deploy: {} });
  const here = { now: Date.now() / 1000, took: (Date.now() - begun) / 1000 };
  const { mainCf, masterCf } = host.target.outputs ?? {};
  const texts = { ...(mainCf && { "main.cf": mainCf }), ...(masterCf && { "master.cf": masterCf }) };
  const targets = KNOWN_SERVERS.map((target) => ({ ...target, host: options.egressHost ?? target.host }));
  const [seen, names] = await Promise.all([
    survey(host, {
      services: {},
      certificate: {},
      queueSizes: {},
      sasl: {},
      postfixCheck: {},
      drift: { texts },
      complaints: { minutes: LOG_MINUTES },
      egress: { targets, seconds: options.seconds },
      relaying: {},
      exposure: {},
      handmade: {},
      accounts: {},
      packages: {},
      network: {},
    }),
    base.seen && namesOf(host.target, base.seen, deployed.seen, options),
  ]);
  const { certificate: cert, sasl, egress } = seen;
  const { oldestSeconds } = options;
  const running =
    seen.services.seen === undefined || postfixRuns({ services: seen.services.seen, certificate: cert, sasl });
  // If Postfix is down, only the cause matters.
  const whileRunning = <Seen>(verdict: Verdict, checks: Check<Seen>[]): Verdict =>
    running ? verdict : { checks: checks.length, findings: [] };
  const verdicts = [
    of("services", seen.services, serving, (services) => ({ services, certificate: cert, sasl })),
    whileRunning(of("relaying", seen.relaying, relaying), relaying),
    of("users", sasl, users),
    of("certificate", cert, certificate),
    of("outgoing", egress, outgoing),
    of("machine", base, machine, (facts) => ({ ...facts, here })),
    whileRunning(
      of("queue", seen.queueSizes, waiting, (queueSizes) => ({ queueSizes, oldestSeconds })),
      waiting,
    ),
    of("deploy", deployed, deploy),
    of("postfix-check", seen.postfixCheck, postfixCheck),
    ...(names?.seen && base.seen
      ? [judge(dns, { ...names.seen, direct: egress.seen?.relayhost === "", protocols: base.seen.protocols })]
      : []),
    of("log", seen.complaints, log),
    of("drift", seen.drift, drift),
    of("exposure", seen.exposure, exposure),
    of("accounts", seen.accounts, accounts),
    of("network", seen.network, network),
    of("packages", seen.packages, packages),
    of("handmade", seen.handmade, handmade),
  ];
  return {
    checks: verdicts.reduce((sum, { checks }) => sum + checks, 0),
    findings: verdicts.flatMap(({ findings }) => findings).sort(bySeverity),
    notes: egress.seen ? [`ports out: ${portsLine(egress.seen)}`] : [],
    unchecked: [...(names?.unchecked ?? []), ...(seen.exposure.seen?.complete === false ? [TOO_MANY_FILES] : [])],
  };
}

/** A part that could not be checked is a finding, too. */
function of<Part>(name: string, looked: Looked<Part>, checks: Check<Part>[]): Verdict;
function of<Part, Seen>(name: string, looked: Looked<Part>, checks: Check<Seen>[], as: (part: Part) => Seen): Verdict;
function of<Part, Seen>(
  name: string,
  { seen, problem }: Looked<Part>,
  checks: Check<Seen>[],
  as: (part: Part) => Seen = (part) => part as unknown as Seen,
): Verdict {
  if (problem === undefined) return judge(checks, as(seen));
  const finding = fault(
    `${name}-unknown`,
    `this could not be checked (${name}): ${problem}`,
    "find out on the host why this fails",
  );
  return { checks: checks.length, findings: [finding] };
}

const bySeverity = (one: Finding, other: Finding) =>
  Number(one.severity === "warning") - Number(other.severity === "warning");

/** What DNS has, and what of it could not be compared. */
async function namesOf(
  { host, outputs }: Target,
  { hostname, domain }: MachineSeen,
  deployed: DeploySeen | undefined,
  { selectors, blockLists, resolvers }: ExamineOptions,
): Promise<{ seen?: DnsSeen; unchecked: string[] }> {
  const address = await addressOf(host);
  if (address === undefined)
    return { unchecked: [`DNS was not looked at: this machine finds no IPv4 address of ${host}`] };
  const records = wantedRecords(outputs?.dnsRecords ?? [], { hostname, address });
  const recorded = deployed?.proof?.result?.blockLists;
  const seen = await lookUp(
    {
      records,
      hostname,
      address: sendingAddress(records) ?? address,
      selectors: selectors.map((selector) => ({ selector, domain })),
      blockLists: blockLists.length > 0 ? blockLists : (recorded ?? []),
    },
    resolverOf(resolvers),
  );
  const unchecked = [];
  if (outputs?.dnsRecords === undefined) {
    const why = outputs ? "the stack has no output `dnsRecords`; run `pulumi up` once" : "--host names no stack";
    unchecked.push(`in DNS only the A and PTR records and block lists were checked: ${why}`);
  }
  if (blockLists.length === 0 && recorded === undefined)
    unchecked.push("no block list was asked: the last deploy recorded none on the host; name one with --block-list");
  return { seen, unchecked };
}

async function addressOf(host: string): Promise<string | undefined> {
  if (isIPv4(host)) return host;
  const found = await lookup(host, { family: 4 }).catch(() => undefined);
  return found?.address;
}
