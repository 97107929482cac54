import { isIPv4 } from "node:net";
import { lookup } from "node:dns/promises";
import type { Host } from "../ssh";
import { survey, type EgressTarget, type Looked } from "../survey";
import type { Target } from "../target";
import { certificate } from "./certificate";
import { deploy, drift, log, postfixCheck, waiting } from "./configuration";
import { dns } from "./dns";
import { lookUp } from "./dnsLookups";
import { fault, judge, type Check, type Finding, type Verdict } from "./finding";
import { machine } from "./machine";
import { outgoing, portsLine } from "./outgoing";
import { relaying } from "./relaying";
import { postfixRuns, serving } from "./services";
import { users } from "./users";

export interface Examination extends Verdict {
  /** What deserves no judgement but may interest, each a line: which ports lead out. */
  notes: string[];
}

export interface ExamineOptions {
  /** Resolvers to ask; none: this machine's. */
  resolvers: string[];
  selectors: string[];
  blockLists: string[];
  /** Talked to on every port instead of well-known servers. */
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

/** Asks everything that usually goes wrong; the findings are in the order of their weight. */
export async function examine(host: Host, options: ExamineOptions): Promise<Examination> {
  const begun = Date.now();
  const { machine: base } = await survey(host, { machine: {} });
  const here = { now: Date.now() / 1000, took: (Date.now() - begun) / 1000 };
  const { mainCf, masterCf } = host.target.outputs ?? {};
  const texts = { ...(mainCf && { "main.cf": mainCf }), ...(masterCf && { "master.cf": masterCf }) };
  const targets = KNOWN_SERVERS.map((target) => ({ ...target, host: options.egressHost ?? target.host }));
  const naming = base.seen && namesOf(host.target, base.seen, options);
  const [seen, names] = await Promise.all([
    survey(host, {
      services: {},
      certificate: {},
      queueSizes: {},
      sasl: {},
      postfixCheck: {},
      deploy: {},
      drift: { texts },
      complaints: { minutes: LOG_MINUTES },
      egress: { targets, seconds: options.seconds },
      relaying: {},
    }),
    naming,
  ]);
  const { certificate: cert, sasl, egress } = seen;
  const { oldestSeconds } = options;
  const running =
    seen.services.seen === undefined || postfixRuns({ services: seen.services.seen, certificate: cert, sasl });
  // With everything down only the cause is worth reading.
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
    of("deploy", seen.deploy, deploy),
    of("postfix-check", seen.postfixCheck, postfixCheck),
    ...(names && base.seen
      ? [judge(dns, { ...names, direct: egress.seen?.relayhost === "", protocols: base.seen.protocols })]
      : []),
    of("log", seen.complaints, log),
    of("drift", seen.drift, drift),
  ];
  return {
    checks: verdicts.reduce((sum, { checks }) => sum + checks, 0),
    findings: verdicts.flatMap(({ findings }) => findings).sort(bySeverity),
    notes: egress.seen ? [`ports out: ${portsLine(egress.seen)}`] : [],
  };
}

/** A part that could not be looked at is a finding too. */
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
    `this could not be looked at (${name}): ${problem}`,
    "see what keeps it from working on the host",
  );
  return { checks: checks.length, findings: [finding] };
}

const bySeverity = (one: Finding, other: Finding) =>
  Number(one.severity === "warning") - Number(other.severity === "warning");

async function namesOf(target: Target, seen: { hostname: string; domain: string }, options: ExamineOptions) {
  const { hostname, domain } = seen;
  const address = target.outputs?.address ?? (await addressOf(target.host));
  if (address === undefined) return undefined;
  const { selectors, blockLists, resolvers } = options;
  return lookUp({ hostname, domain, address, selectors, blockLists }, resolvers);
}

async function addressOf(host: string): Promise<string | undefined> {
  if (isIPv4(host)) return host;
  const found = await lookup(host, { family: 4 }).catch(() => undefined);
  return found?.address;
}
