import { certificate } from "../../../../cli/doctor/certificate";
import { deploy, drift, log, postfixCheck, waiting } from "../../../../cli/doctor/configuration";
import { judge, type Check } from "../../../../cli/doctor/finding";
import { machine, type Machine } from "../../../../cli/doctor/machine";
import { outgoing } from "../../../../cli/doctor/outgoing";
import { relaying } from "../../../../cli/doctor/relaying";
import { serving, type Serving } from "../../../../cli/doctor/services";
import { users } from "../../../../cli/doctor/users";
import type {
  Answer,
  CertificateSeen,
  Difference,
  EgressOutcome,
  EgressSeen,
  ListenerSeen,
  SaslSeen,
} from "../../../../cli/survey";

/** The ids of what is found, faults first in upper case so that both can be told apart. */
function found<Seen>(checks: Check<Seen>[], seen: Seen): string[] {
  return judge(checks, seen).findings.map(({ id, severity }) => (severity === "fault" ? id.toUpperCase() : id));
}

const day = 86_400;
const now = 1_800_000_000;

describe("the certificate", () => {
  const good: CertificateSeen = {
    path: "/etc/postfix/tls/relay.pem",
    hostname: "relay.example.com",
    now,
    problem: null,
    begins: now - 30 * day,
    ends: now + 60 * day,
    names: ["relay.example.com"],
    nameMatches: true,
    keyMatches: true,
    selfSigned: false,
    sha256: "aa",
  };

  test.each<[change: Partial<CertificateSeen>, expected: string[]]>([
    [{}, []],
    [{ ends: now + 15 * day + 3600 }, []],
    [{ ends: now + 5 * day }, ["certificate-ends"]],
    // A short-lived one is not near its end only because it has few days left.
    [{ begins: now - day, ends: now + 5 * day }, []],
    [{ ends: now - 1 }, ["CERTIFICATE-ENDED"]],
    [{ nameMatches: false }, ["CERTIFICATE-NAME"]],
    [{ keyMatches: false }, ["CERTIFICATE-KEY"]],
  ])("%j", (change, expected) => expect(found(certificate, { ...good, ...change })).toEqual(expected));

  test("one that cannot be read is that one finding", () => {
    const { path, hostname } = good;
    expect(found(certificate, { path, hostname, now, problem: "no such file" })).toEqual(["CERTIFICATE-UNREADABLE"]);
  });
});

describe("the machine", () => {
  const disk = { path: "/var/spool/postfix", bytes: 10e9, bytesFree: 5e9, inodes: 1000, inodesFree: 900 };
  const good: Machine = {
    hostname: "relay.example.com",
    domain: "example.com",
    protocols: "ipv4",
    version: "3.7.11",
    fileSystems: [disk],
    messageLimit: 10_240_000,
    clock: { now, container: false, synchronized: true },
    upgrades: null,
    rebootRequired: false,
    here: { now: now + 1, took: 1 },
  };

  test.each<[what: string, change: Partial<Machine>, expected: string[]]>([
    ["all well", {}, []],
    ["8 % left", { fileSystems: [{ ...disk, bytesFree: 0.8e9 }] }, ["disk-nearly-full"]],
    ["4 % left", { fileSystems: [{ ...disk, bytesFree: 0.4e9 }] }, ["DISK-FULL"]],
    ["no room for a large message", { messageLimit: 4e9 }, ["DISK-FULL"]],
    ["a small file system beside the queue's", { fileSystems: [disk, { ...disk, bytes: 4e6, bytesFree: 3e6 }] }, []],
    ["few inodes", { fileSystems: [{ ...disk, inodesFree: 70 }] }, ["inodes-nearly-gone"]],
    ["hardly an inode", { fileSystems: [{ ...disk, inodesFree: 7 }] }, ["INODES-GONE"]],
    ["inodes that are not counted", { fileSystems: [{ ...disk, inodes: null, inodesFree: null }] }, []],
    ["a clock that is late", { here: { now: now + 100, took: 1 } }, ["CLOCK-OFF"]],
    ["a slow answer, which is no late clock", { here: { now: now + 100, took: 99 } }, []],
    ["a clock that nobody sets", { clock: { now, container: false, synchronized: false } }, ["CLOCK-NOT-KEPT"]],
    ["a container's clock", { clock: { now, container: true, synchronized: false } }, []],
  ])("%s", (_what, change, expected) => expect(found(machine, { ...good, ...change })).toEqual(expected));
});

describe("services and listeners", () => {
  const listener: ListenerSeen = {
    service: "submission",
    port: 587,
    tls: "starttls",
    auth: true,
    greets: true,
    problem: null,
    plainAuth: false,
    mechanisms: ["LOGIN", "PLAIN"],
    served: "aa",
    login: "235 2.7.0 fine",
  };
  const seen = (change: Partial<ListenerSeen> = {}, unit: object = {}): Serving => ({
    services: {
      units: [{ unit: "postfix", enabled: "enabled", runs: true, ...unit }],
      listeners: [{ ...listener, ...change }],
      frozen: [],
    },
    certificate: { seen: { path: "", hostname: "", now, problem: null, sha256: "aa" } },
    sasl: { seen: { conf: "", method: "auxprop", mechanisms: ["LOGIN", "PLAIN"], database: null, facts: null } },
  });

  test.each<[what: string, seen: Serving, expected: string[]]>([
    ["all well", seen(), []],
    ["no greeting", seen({ greets: false, problem: "no answer", login: null }), ["LISTENER-SILENT"]],
    ["no STARTTLS", seen({ problem: "no STARTTLS is offered", mechanisms: [], login: null }), ["LISTENER-TLS"]],
    ["AUTH in clear", seen({ plainAuth: true }), ["AUTH-IN-CLEAR"]],
    ["another mechanism", seen({ mechanisms: ["LOGIN", "NTLM", "PLAIN"] }), ["AUTH-OFFERED"]],
    ["logins where there are none", seen({ auth: false, login: null }), ["AUTH-OFFERED"]],
    ["a refused login", seen({ login: "535 no" }), ["LOGIN-REFUSED"]],
    ["another certificate than the file's", seen({ served: "bb" }), ["CERTIFICATE-STALE"]],
    ["only loopback", seen({ service: "127.0.0.1:10025" }), ["LISTENER-NONE"]],
    ["disabled", seen({}, { enabled: "disabled" }), ["UNIT-DISABLED"]],
    // With Postfix down, nothing else is worth saying.
    ["stopped", seen({ greets: false }, { runs: false }), ["UNIT-STOPPED"]],
    ["masked", seen({ greets: false }, { enabled: "masked", runs: false }), ["UNIT-MASKED", "UNIT-STOPPED"]],
  ])("%s", (_what, given, expected) => expect(found(serving, given)).toEqual(expected));
});

describe("relaying", () => {
  const rcpt = { recipients: ["probe@relay-probe.invalid"], command: "RCPT TO:<probe@relay-probe.invalid>" };
  const answer = (name: string, code: number, change: Partial<Answer> = {}): Answer => ({
    name,
    port: 10025,
    client: "192.0.2.9",
    helo: "relay.example.com",
    recipients: rcpt.recipients,
    replies: [{ command: rcpt.command, code, text: "text" }],
    problem: null,
    ...change,
  });
  const pretend = (code: number) =>
    answer("xclient", code, {
      client: null,
      port: 587,
      replies: [{ command: "XCLIENT ADDR=127.0.0.1", code, text: "" }],
    });
  const good = [answer("relay", 554), answer("relay-percent", 554), answer("relay-login", 554), answer("send", 250)];

  test.each<[what: string, answers: Answer[], expected: string[]]>([
    ["all well", [...good, pretend(550)], []],
    ["open to strangers", [answer("relay", 250)], ["OPEN-RELAY"]],
    ["open by way of %", [answer("relay-percent", 250)], ["OPEN-RELAY-PERCENT"]],
    ["open without a login", [answer("outside", 250, { client: null, tls: true, port: 587 })], ["OPEN-PORT"]],
    ["a login that may not send", [answer("send", 553)], ["LOGIN-MAY-NOT-SEND"]],
    ["a trial deferral is no permission", [answer("relay", 451)], []],
    ["everybody may pretend", [pretend(220)], ["XCLIENT-OPEN"]],
    ["no answer is no good news", [answer("relay", 554, { replies: [], problem: "refused" })], ["RELAYING-UNKNOWN"]],
  ])("%s", (_what, answers, expected) => expect(found(relaying, { answers })).toEqual(expected));
});

describe("what leaves", () => {
  const out = (change: Partial<EgressOutcome> = {}): EgressOutcome => ({
    host: "mx.example.net",
    port: 25,
    implicit: false,
    nextHop: false,
    reached: "ehlo",
    problem: null,
    address: "203.0.113.5",
    startTls: true,
    mechanisms: [],
    milliseconds: 5,
    ...change,
  });
  const seen = (outcomes: EgressOutcome[], change: Partial<EgressSeen> = {}): EgressSeen => ({
    relayhost: "",
    tls: "may",
    login: false,
    outcomes,
    ...change,
  });
  const blocked = { reached: "resolve", problem: "no answer" } as const;
  const hop = { nextHop: true, port: 2525 };

  test.each<[what: string, seen: EgressSeen, expected: string[]]>([
    ["direct delivery that works", seen([out(), out({ port: 587, ...blocked })]), []],
    ["direct delivery without port 25", seen([out(blocked)]), ["EGRESS-BLOCKED"]],
    ["a smart host, for which port 25 does not matter", seen([out(blocked), out(hop)]), []],
    ["a smart host that is not reached", seen([out(), out({ ...hop, ...blocked })]), ["EGRESS-BLOCKED"]],
    [
      "a smart host without TLS, for a login",
      seen([out({ ...hop, startTls: false })], { login: true }),
      ["NEXT-HOP-NO-TLS"],
    ],
    ["a smart host without TLS, where none is demanded", seen([out({ ...hop, startTls: false })]), []],
  ])("%s", (_what, given, expected) => expect(found(outgoing, given)).toEqual(expected));
});

describe("users, queue, deploy and log", () => {
  const facts = { mode: "640", owner: "root:postfix", readable: true, exposed: false, entries: 2 };
  const stored: SaslSeen = { conf: "smtpd.conf", method: "auxprop", mechanisms: [], database: "relay.db", facts };

  test.each<[what: string, change: Partial<SaslSeen>, expected: string[]]>([
    ["all well", {}, []],
    ["no configuration", { method: null, facts: null }, ["SASL-UNCONFIGURED"]],
    ["no database", { facts: null }, ["USERS-MISSING"]],
    ["damaged", { facts: { ...facts, entries: null } }, ["USERS-DAMAGED"]],
    ["unreadable", { facts: { ...facts, readable: false } }, ["USERS-UNREADABLE"]],
    ["exposed", { facts: { ...facts, exposed: true } }, ["USERS-EXPOSED"]],
    ["empty", { facts: { ...facts, entries: 0 } }, ["users-none"]],
  ])("users: %s", (_what, change, expected) => expect(found(users, { ...stored, ...change })).toEqual(expected));

  const queue = (name: string, oldestSeconds: number) => ({
    queueSizes: { queues: { [name]: { messages: 2, oldestSeconds } }, problem: null },
    oldestSeconds: 3600,
  });
  test.each<[name: string, age: number, expected: string[]]>([
    ["deferred", 3599, []],
    ["deferred", 3600, ["QUEUE-OLD"]],
    ["maildrop", 7200, ["QUEUE-OLD"]],
    ["hold", 10, ["queue-hold"]],
  ])("the queue %s, %d seconds", (name, age, expected) => expect(found(waiting, queue(name, age))).toEqual(expected));

  test("deploys, complaints and edits", () => {
    const done = { generation: "1", deployed: 1, usersChanged: 1, proof: null, atWork: false, halfWay: false };
    expect(found(deploy, done)).toEqual([]);
    expect(found(deploy, { ...done, halfWay: true, proof: { time: 1, result: null } })).toEqual([
      "DEPLOY-CUT-OFF",
      "PROOF-FAILED",
    ]);
    expect(found(postfixCheck, { complaints: ["/etc/x and /y differ"] })).toEqual(["POSTFIX-CHECK"]);
    const one = { service: "postfix/smtpd", count: 1, text: "text", time: 1 };
    const complaints = [
      { ...one, severity: "warning" as const },
      { ...one, severity: "fatal" as const },
    ];
    expect(found(log, { complaints, more: 0 })).toEqual(["LOG-FATAL", "log-warning"]);
  });

  test.each<[what: string, difference: Partial<Difference>, expected: string[]]>([
    ["another mode", { aspect: "mode" }, ["drift"]],
    ["another content of which no values are known", { aspect: "content" }, ["DRIFT-IN-FORCE"]],
    ["a comment", { aspect: "content", values: [] }, ["drift"]],
    [
      "a value",
      { aspect: "content", values: [{ name: "mynetworks", installed: "127.0.0.0/8", present: "0.0.0.0/0" }] },
      ["DRIFT-IN-FORCE"],
    ],
    ["a file in place of a link", { aspect: "link", present: "none" }, ["DRIFT-IN-FORCE"]],
    ["a file that says the same in place of a link", { aspect: "link", present: "none", values: [] }, ["drift"]],
    ["a file that is gone", { aspect: "gone" }, ["DRIFT-IN-FORCE"]],
    ["a login that no deploy made", { aspect: "users", added: ["eve@example.com"], removed: [] }, ["LOGIN-UNKNOWN"]],
    ["a login that is gone", { aspect: "users", added: [], removed: ["eve@example.com"] }, ["LOGIN-CHANGED"]],
    ["another password", { aspect: "users", added: [], removed: [] }, ["LOGIN-CHANGED"]],
    [
      "a silent listener, which another check finds",
      { path: "port 587", aspect: "listener", present: "no answer" },
      [],
    ],
  ])("changed by hand: %s", (_what, difference, expected) => {
    const one: Difference = { path: "/etc/postfix/main.cf", aspect: "content", step: "apply", ...difference };
    expect(found(drift, { deployed: true, differences: [one] })).toEqual(expected);
  });

  test("says which values were changed by hand", () => {
    const values = [
      { name: "mydestination", installed: "localhost", present: "localhost, example.com" },
      { name: "always_bcc", installed: null, present: "eve@example.com" },
      { name: "submission/inet", installed: "n - y - - smtpd", present: null },
      { name: "relayhost", installed: "[mx.example.com]", present: "" },
    ];
    const differences = [{ path: "main.cf", aspect: "content" as const, step: "apply" as const, values }];
    expect(judge(drift, { deployed: true, differences }).findings.map(({ what }) => what)).toEqual([
      "changed by hand in main.cf: mydestination is localhost, example.com instead of localhost; " +
        "always_bcc = eve@example.com is new; submission/inet is gone; relayhost is empty instead of [mx.example.com]",
    ]);
  });
});
