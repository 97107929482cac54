import { withoutBrackets } from "../settings/addresses";
import { RelaySettings, UserStore } from "../settings/settings";
import { byIpv6, Dialogue, ProbePlan, ProbeStep } from "./dialogue";
import { checksHeaderFrom } from "../settings/headerFrom";
import { Listener, listeners } from "../settings/listeners";
import { probeListener } from "../postfix/masterCf";
import { Credential, realms, userDatabasePairs } from "../postfix/sasl";
import { strangers } from "./strangers";
import { trialPortOffset, trialSender, trialSink } from "./trialNames";

const anySender = step("MAIL FROM:<>", 250);
const recipient = "RCPT TO:<probe@relay-probe.invalid>";

/** What would change on its way out, if it still could once it is signed; for an empty message nothing would. */
const fragile = [
  `References: ${"<a-message@relay-probe.invalid> ".repeat(50)}`,
  "MIME-Version: 1.0",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: 8bit",
  "",
  "=".repeat(2000),
];

function step(command: string, expect: number): ProbeStep {
  return { command, expect };
}

/** Asked of the staged configuration before it goes live: a login may relay, a stranger may not, on every listener. */
export function trialPlan(settings: RelaySettings, trial: Credential): ProbePlan {
  const moved = (listener: Listener) => ({ ...listener, port: listener.port + trialPortOffset });
  const dialogues = listeners(settings).flatMap((listener): Dialogue[] => [
    ...(listener.auth ? trialLogins(settings, listener, moved(listener), trial) : [trusted(listener, moved(listener))]),
    ...strangers(settings).map((stranger) => ({
      ...dialogue(`a stranger may not relay on ${listener.port}${stranger.by}`, settings, moved(listener)),
      steps: [...stranger.pretend, ...(listener.auth ? relayForms(settings, 554) : relayForms(settings))],
    })),
  ]);
  // One message, an empty one, because cleanup, queue manager and SMTP client see their part of main.cf only then.
  // trial.sh looks where it goes; the dialogue it belongs to is the first listener's, in which sending is allowed. It
  // has a sender because some tables are never asked about the null one.
  const message = [
    step(`MAIL FROM:<${trialSender}>`, 250),
    step(recipient, 250),
    step(`RCPT TO:<${trialSink}>`, 250),
    step("DATA", 354),
    { ...step(".", 250), text: [`From: <${trialSender}>`, ...(settings.dkim ? fragile : [""])] },
  ];
  const whole = (held: Dialogue) => ({ ...held, steps: message });
  return plan(
    settings,
    20,
    dialogues.map((held, index) => (index === 0 ? whole(held) : held)),
  );
}

/**
 * The ways a relay is most often left open: for senders of the own domain, for any postmaster, for a route in the local
 * part. Where a login is demanded not even the relay's own postmaster can be reached, which tells `reject` from a list
 * of restrictions that lost it. All in one transaction, with fewer errors than make smtpd slow.
 */
function relayForms(settings: RelaySettings, ownPostmaster?: number): ProbeStep[] {
  return [
    step(`MAIL FROM:<postmaster@${settings.myDomain}>`, 250),
    step(recipient, 554),
    step("RCPT TO:<postmaster@relay-probe.invalid>", 554),
    step(`RCPT TO:<probe%relay-probe.invalid@${settings.myHostname}>`, 554),
    ...(ownPostmaster === undefined
      ? []
      : [`postmaster@${settings.myHostname}`, "postmaster"].map((own) => step(`RCPT TO:<${own}>`, ownPostmaster))),
  ];
}

/** A message that is refused, so that nothing is queued. */
const foreignHeader: ProbeStep[] = [
  step("RSET", 250),
  step(`MAIL FROM:<${trialSender}>`, 250),
  step(recipient, 250),
  step("DATA", 354),
  { ...step(".", 553), text: ["From: <somebody-else@relay-probe.invalid>", ""] },
];

function trialLogins(settings: RelaySettings, listener: Listener, moved: Listener, trial: Credential): Dialogue[] {
  const loggedIn = (name: string, steps: ProbeStep[]): Dialogue => ({
    ...dialogue(name, settings, moved),
    login: { mechanism: provable(settings)[0] ?? "PLAIN", credentials: [trial.login, trial.password], expect: 235 },
    steps,
  });
  return [
    loggedIn(`a login may send on ${listener.port}`, [step(`MAIL FROM:<${trialSender}>`, 250), step(recipient, 250)]),
    loggedIn(`a login may not send as somebody else on ${listener.port}`, [
      step("MAIL FROM:<somebody-else@relay-probe.invalid>", 250),
      step(recipient, 553),
      ...(checksHeaderFrom(settings) ? foreignHeader : []),
    ]),
  ];
}

/** Asked of the live listeners right after the swap. */
export function smokePlan(settings: RelaySettings): ProbePlan {
  const dialogues = listeners(settings).flatMap((listener): Dialogue[] => [
    listener.auth ? liveLogin(settings, listener) : trusted(listener, listener),
    strangerDialogue(settings, listener),
  ]);
  return plan(settings, 30, [...dialogues, ...byIpv6(settings, dialogues), ...pretendedStrangers(settings)]);
}

function liveLogin(settings: RelaySettings, listener: Listener): Dialogue {
  return {
    ...dialogue(`a login is accepted on ${listener.port}`, settings, listener),
    login: { mechanism: provable(settings)[0] ?? "PLAIN", credentials: "live", expect: 235 },
    steps: [anySender, step(recipient, 250)],
  };
}

/**
 * How many users the proof logs in as. Each takes a TLS session for every mechanism and listener, so that a thousand
 * would take minutes; beyond this number the passwords of all are still compared with the stored ones.
 */
const provedUsers = 20;

/** What a deploy ends with: logins work, a wrong password does not, a stranger cannot relay. */
export function proofPlan(settings: RelaySettings, users: Credential[], sha256?: string): ProbePlan {
  const open = listeners(settings);
  const proved = spread(users, provedUsers);
  const forLogins = open.filter(({ auth }) => auth);
  const [first] = users;
  const dialogues = forLogins.flatMap((listener): Dialogue[] => [
    ...proved.flatMap((user) => userLogins(settings, user, listener)),
    ...(first ? [...withRealms(settings, first, listener), wrongPassword(settings, first, listener)] : []),
    ...(listener.tls === "starttls" ? [beforeTls(listener)] : []),
  ]);
  const outside = open.flatMap((listener) => [strangerDialogue(settings, listener), noPretending(settings, listener)]);
  const ofFirst = first ? forLogins.flatMap((listener) => userLogins(settings, first, listener)) : [];
  const all = `the user database holds all ${users.length} users with their passwords`;
  return {
    ...plan(settings, 30, [
      ...dialogues,
      ...outside,
      ...byIpv6(settings, [...ofFirst, ...outside]),
      ...pretendedStrangers(settings),
    ]),
    stored: {
      name: proved.length < users.length ? `${all}; ${proved.length} of them logged in` : all,
      pairs: userDatabasePairs(users, settings.sasl),
    },
    certificate: { hostname: settings.myHostname, sha256 },
  };
}

/** All items, or that many of them at even distances, the first and the last among them. */
function spread<T>(items: T[], count: number): T[] {
  if (items.length <= count) return items;
  const distance = (items.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, step) => items[Math.round(step * distance)]!);
}

function userLogins(settings: RelaySettings, user: Credential, listener: Listener): Dialogue[] {
  const { login, password, previousPassword } = user;
  const loggedIn = (mechanism: string, secret: string, addition: string): Dialogue => ({
    ...dialogue(`${login} logs in with ${mechanism}${addition} on ${listener.port}`, settings, listener),
    login: { mechanism, credentials: [login, secret], expect: 235 },
  });
  const offered = provable(settings);
  const overlapping = previousPassword === undefined ? [] : offered.filter((mechanism) => sendsPassword(mechanism));
  return [
    ...offered.map((mechanism) => loggedIn(mechanism, password, "")),
    ...overlapping.map((mechanism) => loggedIn(mechanism, previousPassword ?? "", " and the previous password")),
  ];
}

function sendsPassword(mechanism: string): boolean {
  return ["PLAIN", "LOGIN"].includes(mechanism);
}

function withRealms(settings: RelaySettings, { login, password }: Credential, listener: Listener): Dialogue[] {
  return realms(settings.sasl).map((realm) => {
    const full = `${login}@${realm}`;
    return {
      ...dialogue(`${full} logs in on ${listener.port}`, settings, listener),
      login: { mechanism: provable(settings)[0] ?? "PLAIN", credentials: [full, password], expect: 235 },
    };
  });
}

/** A success with the same login stands before it in the plan, so a refusal here is the password's. */
function wrongPassword(settings: RelaySettings, { login, password }: Credential, listener: Listener): Dialogue {
  const wrong = `${password.slice(0, 200)}-wrong`;
  return {
    ...dialogue(`a wrong password is refused on ${listener.port}`, settings, listener),
    login: { mechanism: provable(settings)[0] ?? "PLAIN", credentials: [login, wrong], expect: 535 },
  };
}

function beforeTls(listener: Listener): Dialogue {
  return {
    name: `AUTH before TLS is refused on ${listener.port}`,
    from: "loopback",
    port: listener.port,
    tls: "none",
    offers: [],
    steps: [step("AUTH PLAIN AHByb2JlAHByb2Jl", 530)],
  };
}

function trusted(listener: Listener, bound: Listener): Dialogue {
  return {
    name: `mynetworks may send on ${listener.port}`,
    from: "loopback",
    port: bound.port,
    tls: "starttls",
    offers: [],
    steps: [anySender, step(recipient, 250)],
  };
}

function strangerDialogue(settings: RelaySettings, listener: Listener): Dialogue {
  return {
    ...dialogue(`a stranger may not relay on ${listener.port}`, settings, listener),
    from: "outside",
    steps: listener.auth ? relayForms(settings, 554) : relayForms(settings),
  };
}

function noPretending(settings: RelaySettings, listener: Listener): Dialogue {
  return {
    ...dialogue(`XCLIENT and XFORWARD are refused on ${listener.port}`, settings, listener),
    from: "outside",
    steps: [step("XCLIENT ADDR=127.0.0.1", 550), step("XFORWARD ADDR=127.0.0.1", 550)],
  };
}

/** The live restrictions asked as a stranger, also where the host's own address is one of mynetworks. */
function pretendedStrangers(settings: RelaySettings): Dialogue[] {
  return strangers(settings).map((stranger) => ({
    name: `${stranger.address} may not relay`,
    from: "loopback",
    port: probeListener.port,
    tls: "none",
    offers: settings.sasl.mechanisms,
    steps: [...stranger.pretend, ...relayForms(settings)],
  }));
}

function dialogue(name: string, settings: RelaySettings, listener: Listener): Dialogue {
  const offers = listener.auth ? settings.sasl.mechanisms : [];
  return { name, from: "loopback", port: listener.port, tls: listener.tls, offers, steps: [] };
}

/** The mechanisms probe.py can log in with, of those that are offered; validation sees to it that there is one. */
function provable({ sasl }: RelaySettings): string[] {
  return sasl.mechanisms.filter((mechanism) => ["PLAIN", "LOGIN", "CRAM-MD5"].includes(mechanism));
}

function plan(settings: RelaySettings, patienceSeconds: number, dialogues: Dialogue[]): ProbePlan {
  const networks = settings.myNetworks.map(withoutBrackets);
  const users = { database: userDatabase[settings.sasl.store], realm: settings.sasl.realm };
  return { patienceSeconds, networks, users, dialogues };
}

/** As `host/stores.sh` keeps them. */
const userDatabase: Record<UserStore, string> = {
  chrootOnly: "/var/spool/postfix/sasl/relay.db",
  shared: "/etc/sasldb2",
  saslauthd: "/etc/sasldb2",
};
