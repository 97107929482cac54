import { sinkRecords, type RelayHostConfig } from "../../sandbox/labConfig";
import type { Lab } from "../../sandbox/lab";
import { selfSigned } from "../../sandbox/mail/certificate";
import type { ReceivedMessage } from "../../sandbox/mail/mailbox";
import { startSink, type Refusal, type Sink } from "../../sandbox/mail/sink";
import { queued, sendFrom, trust } from "./outgoingMail";
import { startProviders, type Provider } from "./providers";
import { eventually, failureOf, onHost, patience, remoteCommands, testLab } from "./support";

jest.setTimeout(patience);

const right = "canary right";
const wrong = "canary wrong";
/** Routed nowhere: packets to it are lost, as to a port that a cloud blocks. */
const silent = "203.0.113.254";

/** Trusted, but for another name than the one it is met under. */
const elsewhere = selfSigned("elsewhere.test");

let lab: Lab;
let providers: Provider[] = [];
const sinks: Record<string, Sink> = {};
/** What the smart host says to mail for bob, when it has something against it. */
let refusal: Refusal | undefined;
/** Some providers take no mail without a sender, which bounces are. */
let takesBounces = true;
/** How the preflight and Postfix logged in at the smart host. */
const loggedIn = new Set<string>();
/** How far clients came with the recipients of address verification. */
const probes: string[] = [];

async function open(name: string, options: Partial<Parameters<typeof startSink>[0]>): Promise<void> {
  sinks[name] = await startSink({ address: lab.cloud.gateway, port: 0, ...options });
}

beforeAll(async () => {
  lab = await testLab("outgoing");
  const { gateway } = lab.cloud;
  providers = await startProviders(lab);
  await lab.cloud.setDns([
    ...sinkRecords(gateway),
    ...providers.map(({ host, address }) => ({ name: host, type: "A" as const, value: address })),
    ...["smart.test", "other.test", "named.test"].map((name) => ({ name, type: "A" as const, value: gateway })),
    { name: "silent.test", type: "A", value: silent },
  ]);
  await open("smart", {
    port: 2525,
    logins: { account: right },
    // The digests want plain passwords on the server, which need not be there.
    mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"],
    onLogin: (mechanism) => loggedIn.add(mechanism),
    refuse: ({ at, from, to }) => {
      if (to.some((recipient) => recipient.endsWith("@relay-probe.invalid"))) {
        probes.push(`${at} ${to.join()}`);
        return { code: 550, text: "5.1.2 there is no such domain" };
      }
      if (at === "mail" && from === "" && !takesBounces) return { code: 501, text: "5.1.7 Invalid MAIL FROM address" };
      return at === "rcpt" && to[0]?.startsWith("bob") ? refusal : undefined;
    },
  });
  await openSecond();
  await open("picky", {
    port: 2600,
    refuse: ({ at }) => (at === "mail" ? { code: 550, text: "5.7.1 not yours" } : undefined),
  });
  await open("wrapped", { port: 2603, tls: "implicit", logins: { account: right }, mechanisms: ["CRAM-MD5"] });
  await open("plain", { port: 2601, tls: "none" });
  await open("named", { port: 2602, certificate: elsewhere });
});

afterAll(async () => {
  await Promise.all([...providers.map(({ sink }) => sink), ...Object.values(sinks)].map((sink) => sink.close()));
  await lab?.close();
});

const mechanisms = ["GSSAPI", "NTLM", "PLAIN", "LOGIN"];
const openSecond = () => open("second", { port: 465, tls: "implicit", logins: { second: right }, mechanisms });

const smart: RelayHostConfig = { host: "smart.test", login: "account", password: right };
const route = (domain: string, relayHost: RelayHostConfig) => ({ senders: [`@${domain}`], relayHost });
const aliases = { root: "admin@example.test" };
const users = [{ login: "gateway", password: "password of gateway", allowedSenders: ["any"] }];

const arrived = (sink: Sink, subject: string): Promise<ReceivedMessage> =>
  sink.waitForMessage(({ raw }) => raw.includes(`Subject: ${subject}`), 60_000);

test("a first up says of every next hop what is wrong with it, and nothing goes live", async () => {
  lab.configure({
    users,
    relayHost: { ...smart, password: wrong },
    relayRoutes: [
      route("silent.test", { host: "silent.test", port: 587 }),
      route("nowhere.test", { host: "nowhere.test" }),
      route("closed.test", { host: "smart.test", port: 2699 }),
      route("untrusted.test", { host: "smart.test", tls: "verified", login: "account", password: right }),
      route("picky.test", { host: "smart.test", port: 2600 }),
      route("plain.test", { host: "smart.test", port: 2601, tls: "required" }),
      route("wrapped.test", { host: "smart.test", port: 2601, wrapperMode: true }),
      route("late.test", { host: "smart.test", port: 465, wrapperMode: false }),
    ],
  });
  const { message } = await failureOf(lab.up());
  const said = (option: string) => new RegExp(`${option.replaceAll(/[[\]]/g, "\\$&")} \\S+: (.*)`).exec(message)?.[1];
  const at = (index: number) => said(`relayRoutes[${index}].relayHost`);
  expect(said("relayHost")).toMatch(/^it refuses the login account or its password: 535 authentication failed/);
  expect(at(0)).toMatch(
    /^nothing answers on port 587 within 8 seconds, as where the cloud blocks 25, 465 and 587.*2525/,
  );
  expect(at(1)).toMatch(/^there is no host of the name nowhere\.test$/);
  expect(at(2)).toMatch(/^the connection to port 2699 is refused/);
  expect(at(3)).toMatch(/^its certificate is not to be trusted: self.signed certificate/);
  expect(at(4)).toMatch(/^it refuses the sender postmaster\S+: 550 5\.7\.1 not yours$/);
  expect(at(5)).toMatch(/^it offers no STARTTLS on port 2601, and tls is \S+$/);
  expect(at(6)).toMatch(/^port 2601 does not speak TLS from the first byte: set wrapperMode to false$/);
  expect(at(7)).toMatch(
    /does not greet within 8 seconds; if TLS starts with the first byte there, set wrapperMode to true$/,
  );
  expect(message).toContain("mail could not leave this host, so nothing was changed");
  expect(message).not.toContain("canary");
  expect(await onHost(lab, "ls /etc/postfix/generations 2>/dev/null || true")).toBe("");
});

test("every provider is reached as it wants to be, each route with its own login", async () => {
  await trust(lab, [...providers.map(({ certificate }) => certificate), elsewhere]);
  lab.configure({
    users,
    aliases,
    relayHost: smart,
    relayRoutes: [
      ...providers.map(({ name, region, login, password }) =>
        route(`${name}.test`, { preset: name, region, login, password }),
      ),
      { senders: ["boss@second.test"], relayHost: { host: "smart.test", port: 465, login: "second", password: right } },
    ],
    transports: [{ destinations: ["partner.test"], relayHost: { host: "smart.test", port: 2601 } }],
    alwaysBcc: "archive@receiver.test",
    rewriting: { senders: [{ from: "@internal.test", to: "@example.test" }] },
    headerChecks: [{ header: "subject", pattern: "general/way", action: "prepend", text: "X-Seen: yes" }],
  });
  const { text } = await lab.up();
  expect(text).not.toContain("mail cannot leave");
  // Postfix's own client has asked, and had no message to send.
  expect(probes).toEqual(["rcpt smtp-1@relay-probe.invalid"]);
  const asked = [sinks.smart!, sinks.second!, ...providers.map(({ sink }) => sink)];
  expect((await Promise.all(asked.map((sink) => sink.messages()))).flat()).toEqual([]);
  for (const { name, sink, login } of providers) {
    await sendFrom(lab, `anybody@${name}.test`, `through ${name}`);
    expect(await arrived(sink, `through ${name}`)).toMatchObject({ login, tls: true, from: `anybody@${name}.test` });
  }
  await sendFrom(lab, "boss@second.test", "the second way");
  expect(await arrived(sinks.second!, "the second way")).toMatchObject({ login: "second", tls: true });
  await sendFrom(lab, "other@second.test", "the general/way");
  const general = await arrived(sinks.smart!, "the general/way");
  expect(general).toMatchObject({ login: "account", tls: true });
  expect(general.raw).toMatch(/^X-Seen: yes\r\n/m);
  expect([...loggedIn]).toEqual(["PLAIN"]);
  await sendFrom(lab, "boss@second.test", "to the partner", "someone@partner.test");
  expect(await arrived(sinks.plain!, "to the partner")).toMatchObject({ tls: false, to: ["someone@partner.test"] });
  await sendFrom(lab, "anybody@internal.test", "from inside");
  expect(await arrived(sinks.smart!, "from inside")).toMatchObject({ from: "anybody@example.test" });
  const copies = (await sinks.smart!.messages()).filter(({ raw }) => raw.includes("Subject: from inside"));
  expect(copies.flatMap(({ to }) => to).sort()).toEqual(["archive@receiver.test", "bob@receiver.test"]);
  expect(await onHost(lab, "stat -c '%a %U' /etc/postfix/*_password | sort -u")).toBe("777 root\n");
  expect(await onHost(lab, "stat -Lc '%a %U' /etc/postfix/*_password | sort -u")).toBe("600 root\n");
});

test("what has passed is not tried again, and nothing to do is nothing done", async () => {
  expect(remoteCommands(await lab.up())).toEqual([]);
  expect(probes).toHaveLength(1);
});

test("what Postfix's client alone finds wrong fails the deploy before anything changes", async () => {
  const policy = { smtp_tls_policy_maps: "inline:{{[smart.test]:2525 = secure}}" };
  lab.configure({ users, aliases, relayHost: smart, postfixParameters: policy });
  const { message } = await failureOf(lab.up());
  expect(message).toMatch(
    /relayHost smart\.test:2525: Postfix's own client cannot hand over mail: Server certificate not (trusted|verified)/,
  );
  expect(message).toContain("mail could not leave this host, so nothing was changed");
  expect(await onHost(lab, "postconf -h smtp_tls_policy_maps")).toBe("\n");
  expect(probes).toHaveLength(1);
});

test("a header check that Postfix would leave out fails the trial", async () => {
  lab.configure({ users, relayHost: smart, headerChecks: [{ header: "X-A", pattern: "(?:x)", action: "remove" }] });
  const { message } = await failureOf(lab.up());
  expect(message).toMatch(/postfix does not understand header_checks: .*regular expression/);
  expect(message).toContain("the new configuration failed its trial, the old one is untouched");
});

test("a refusal for now is tried again, one for good comes back to its sender", async () => {
  refusal = { code: 451, text: "4.3.0 later" };
  await sendFrom(lab, "alice@example.test", "for later");
  await eventually(async () => expect(await queued(lab, "for later")).toContain("4.3.0 later"));
  refusal = undefined;
  await onHost(lab, "postqueue -f");
  await arrived(sinks.smart!, "for later");
  refusal = { code: 550, text: "5.1.1 nobody of that name" };
  await sendFrom(lab, "alice@example.test", "for nobody");
  const bounce = await sinks.smart!.waitForMessage(({ to }) => to.includes("alice@example.test"), 60_000);
  expect(bounce.from).toBe("");
  expect(bounce.raw).toContain("5.1.1 nobody of that name");
});

test("a bounce that the smart host refuses, because it has no sender, reaches the postmaster", async () => {
  takesBounces = false;
  refusal = { code: 550, text: "5.1.1 nobody of that name" };
  const subject = "for nobody again";
  await sendFrom(lab, "alice@example.test", subject);
  const toPostmaster = ({ to, raw }: ReceivedMessage) => to.includes("admin@example.test") && raw.includes(subject);
  const notice = await sinks.smart!.waitForMessage(toPostmaster, 60_000);
  expect(notice.from).toBe("double-bounce@relay.example.test");
  expect(notice.raw).toContain("5.1.1 nobody of that name");
  expect(notice.raw).toContain("alice@example.test");
  refusal = undefined;
  lab.configure({ users, aliases, relayHost: smart });
  const { text } = await lab.up();
  expect(text).toMatch(/relayHost smart\.test:2525: it takes no bounces .*501 5\.1\.7 .*the postmaster/);
  expect(text).not.toContain("mail cannot leave");
  takesBounces = true;
});

test("a smart host that only /etc/hosts knows, which Postfix does not ask, fails the deploy unless Postfix is to ask it", async () => {
  await onHost(lab, `echo '${lab.cloud.gateway} hosts-only.test' >>/etc/hosts`);
  const relayHost = { ...smart, host: "hosts-only.test" };
  lab.configure({ users, aliases, relayHost });
  const { message } = await failureOf(lab.up());
  expect(message).toMatch(
    /relayHost hosts-only\.test:2525: DNS has no address for hosts-only\.test, and Postfix asks DNS alone/,
  );
  lab.configure({ users, aliases, relayHost, postfixParameters: { smtp_host_lookup: "dns, native" } });
  await lab.up();
  await sendFrom(lab, "alice@example.test", "by the hosts file");
  expect(await arrived(sinks.smart!, "by the hosts file")).toMatchObject({ login: "account", tls: true });
});

test("with preflight: warn a dead smart host and a wrong certificate are told, hold up nobody else, and lose nothing", async () => {
  await sinks.second!.close();
  lab.configure({
    users,
    aliases,
    preflight: "warn",
    relayHost: { ...smart, port: 2603, wrapperMode: true },
    relayRoutes: [
      route("dead.test", { host: "smart.test", port: 465, login: "second", password: right }),
      route("named.test", { host: "named.test", port: 2602, tls: "verified" }),
    ],
  });
  const { text } = await lab.up();
  const told =
    /the last deploy found that mail cannot leave: relayRoutes\[0\]\.relayHost smart\.test:465: the connection/;
  expect(text).toMatch(told);
  expect(text).toMatch(/relayRoutes\[1\]\.relayHost \S+: its certificate is not for \S+ but for elsewhere\.test/);
  expect((await lab.up()).text).toMatch(told);
  await sendFrom(lab, "a@dead.test", "to the dead");
  await sendFrom(lab, "a@named.test", "to the wrong one");
  await sendFrom(lab, "a@example.test", "meanwhile");
  expect(await arrived(sinks.wrapped!, "meanwhile")).toMatchObject({ login: "account", tls: true });
  await eventually(async () => expect(await queued(lab, "to the dead")).toContain("Connection refused"));
  await eventually(async () => expect(await queued(lab, "to the wrong one")).toMatch(/certificate/));
  await openSecond();
  await onHost(lab, "postqueue -f");
  expect(await arrived(sinks.second!, "to the dead")).toMatchObject({ login: "second", tls: true });
  expect(await queued(lab, "to the wrong one")).toMatch(/certificate/);
  expect(await sinks.named!.messages()).toEqual([]);
});

test("delivery by MX says of a blocked port that it is one", async () => {
  await lab.cloud.setDns([
    { name: "silent.test", type: "A", value: silent },
    { name: "example.test", type: "MX", value: "silent.test" },
  ]);
  lab.configure({ users, preflight: "require" });
  const { message } = await failureOf(lab.up());
  expect(message).toMatch(
    /delivery by MX: nothing answers on port 25 \(example\.test: no answer; gmail\.com: .*a relayHost/,
  );
  expect(await onHost(lab, "postconf -h relayhost")).toBe("[smart.test]:2603\n");
});
