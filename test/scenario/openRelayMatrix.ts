import type { DialogueStep } from "../../sandbox/mail/dialogue";

/** What an open-relay test asks: every form of recipient, from every form of sender, by clients in every position. */

/** The names and addresses the forms are made of. */
export interface Scene {
  host: string;
  domain: string;
  address: string;
  /** A client in `mynetworks`, and one that is not. */
  trusted: string;
  stranger: string;
  /** A domain of the world outside, whose mail only those who may relay can send here. */
  foreign: string;
  login: string;
  password: string;
  /** The first and the last address of a network in `mynetworks`, and their neighbours outside. */
  network: { below: string; first: string; last: string; above: string };
}

/**
 * `foreign` leaves the relay, `local` is delivered on it, as is the bare `postmaster`. The others are refused to
 * everybody: `unknown` would be local but does not exist, `incomplete` lacks a domain with a dot, `malformed` is no
 * address.
 */
type RecipientKind = "foreign" | "local" | "postmaster" | "unknown" | "incomplete" | "malformed";

const barePostmaster =
  `<postmaster>|<Postmaster>|postmaster|<"postmaster">|<\\postmaster>|<"post\\master">|< postmaster >|
<<postmaster>>|<postmaster,>|<postmaster(bare)>|(bare)postmaster|<postmaster> NOTIFY=NEVER`.split(/\|\n?/);

/** Every recipient by kind, as it stands behind `RCPT TO:`. */
export function recipients({ host, domain, address, foreign }: Scene): Record<RecipientKind, string[]> {
  const literal = `[${address}]`;
  const upper = (text: string) => text.toUpperCase();
  return {
    foreign: [
      `<bob@${foreign}>`,
      `bob@${foreign}`,
      `<bob@${foreign}.>`,
      `<${upper(`bob@${foreign}`)}>`,
      `<"bob"@${foreign}>`,
      `<bob\\@${foreign}>`,
      `<postmaster@${foreign}>`,
      `<@${foreign}>`,
      // Only a suffix of the relay's own names.
      `<bob@${domain}>`,
      `<postmaster@${domain}>`,
      `<bob@sub.${host}>`,
      `<bob@xn--bcher-kva.test>`,
      // Routes within the local part.
      `<bob%${foreign}@${host}>`,
      `<bob%${foreign}@${upper(host)}>`,
      `<bob%${foreign}%${host}@${host}>`,
      `<bob%${foreign}@${literal}>`,
      `<bob@${foreign}@${host}>`,
      `<bob@${foreign}@${literal}>`,
      `<bob%${foreign}@${domain}>`,
      `<bob@${host}@${foreign}>`,
      `<bob@${literal}@${foreign}>`,
      `<bob\\@${foreign}@${host}>`,
      `<bob@${foreign}\\@${host}>`,
      `<${foreign}!bob@${host}>`,
      `<${foreign}!bob@${literal}>`,
      `<uucp!${foreign}!bob@${host}>`,
      `<"bob@${foreign}">`,
      `<"bob@${foreign}"@${host}>`,
      `<"bob@${foreign}"@${literal}>`,
      `<"bob%${foreign}"@${host}>`,
      `<"${foreign}!bob"@${host}>`,
      // Source routes.
      `<@${host}:bob@${foreign}>`,
      `<@${literal}:bob@${foreign}>`,
      `<@${host},@${foreign}:bob@${foreign}>`,
      // Foreign hosts by their addresses.
      "<bob@[203.0.113.99]>",
      "<bob@[IPv6:2001:db8::99]>",
      "<bob@[IPv6:::1]>",
      "<bob@[IPv6:::ffff:203.0.113.99]>",
    ],
    // RFC 5321 4.5.1: smtpd takes it before any restriction. Where a login is demanded it is an address like any other.
    postmaster: [...barePostmaster, `<@${foreign}:postmaster>`],
    local: [
      `<postmaster@${host}>`,
      `<postmaster@${host}.>`,
      `<${upper(`postmaster@${host}`)}>`,
      `<postmaster@${literal}>`,
      `<root@${host}>`,
      `<root+tag@${host}>`,
      `<root@localhost.${domain}>`,
      "<root@[127.0.0.1]>",
    ],
    unknown: [
      `<nobody-here@${host}>`,
      `<bob@[127.0.0.1]>`,
      `<@${foreign}:bob@${host}>`,
      `<bob:${foreign}@${host}>`,
      `<|/bin/sh@${host}>`,
    ],
    incomplete: [
      "<bob>",
      "<root>",
      "<postmaster@localhost>",
      `<bob%${foreign}>`,
      `<bob%${foreign}@localhost>`,
      `<${foreign}!bob>`,
      `<${host}!${foreign}!bob>`,
      `<"bob%${foreign}">`,
      `<"bob@${foreign}@">`,
    ],
    malformed: [
      "<>",
      "<@>",
      "<bob@>",
      "<bob@[]>",
      `<bob@.${foreign}>`,
      `<bob@${foreign} ${host}>`,
      `<bob;${foreign}@${host}>`,
      `<'bob@${foreign}'@${host}>`,
      `<bob@${host}%${foreign}>`,
      `<bob@[${host}]>`,
      `<bob@${address}>`,
      "<bob@3405803875>",
      "<bob@[::ffff:203.0.113.99]>",
    ],
  };
}

/** `own` are those that the login may use as well. With an `incomplete` one nobody may send. */
type Senders = Record<"own" | "other" | "incomplete", string[]>;

/** Every sender, as it stands behind `MAIL FROM:`. */
export function senders(scene: Scene): Senders {
  const { host, domain, address, trusted, foreign, login } = scene;
  return {
    own: ["<>", `<${login}@${domain}>`, `<${login}+shop@${domain}>`],
    other: [
      `<bob@${foreign}>`,
      `<postmaster@${foreign}>`,
      `<somebody@${domain}>`,
      `<postmaster@${domain}>`,
      `<postmaster@${host}>`,
      `<root@${host}>`,
      `<root@[${address}]>`,
      `<root@[127.0.0.1]>`,
      `<root@[${trusted}]>`,
      `<root@localhost.${domain}>`,
      `<@${host}:bob@${foreign}>`,
    ],
    incomplete: ["<root@localhost>", "<root>"],
  };
}

/** Where a client stands, and what it has said and been answered before it names a sender. */
export interface Position {
  name: string;
  /** `loopback` and `itself` are the droplet's own two addresses. */
  from: "stranger" | "trusted" | "gateway" | "loopback" | "itself";
  port: number;
  enter: [say: DialogueStep, expect: number][];
  /** Which recipients it may name: `own` are all, but only for the login's own senders. */
  may: "all" | "own" | "local" | "none";
}

const loginPorts = [587, 465, 2525];

export function positions(scene: Scene): Position[] {
  const { host, domain, address, trusted, login, password } = scene;
  const hello: Position["enter"] = [["EHLO client.test", 250]];
  const tls: Position["enter"] = [...hello, ["STARTTLS", 220], ...hello];
  const securely = (port: number) => (port === 465 ? hello : tls);
  const auth = (secret: string): DialogueStep => ({ auth: "PLAIN", login, password: secret });
  const greeting = (name: string): Position => ({
    name: `a stranger on 25 that calls itself ${name}`,
    from: "stranger",
    port: 25,
    enter: [[name, 250]],
    may: "local",
  });
  return [
    { name: "a stranger on 25", from: "stranger", port: 25, enter: hello, may: "local" },
    { name: "a stranger on 25 with TLS", from: "stranger", port: 25, enter: tls, may: "local" },
    ...["client.test", host, "localhost"].map((name) => greeting(`HELO ${name}`)),
    ...[host, domain, "localhost", `[${address}]`, `[${trusted}]`, "[127.0.0.1]"].map((name) =>
      greeting(`EHLO ${name}`),
    ),
    {
      name: "a stranger on 25 that wants to be loopback",
      from: "stranger",
      port: 25,
      enter: [...hello, ["XCLIENT ADDR=127.0.0.1 NAME=localhost", 550], ["XFORWARD ADDR=127.0.0.1", 550], ...hello],
      may: "local",
    },
    {
      name: "a stranger on 25 with a login",
      from: "stranger",
      port: 25,
      enter: [...tls, [auth(password), 503]],
      may: "local",
    },
    { name: "the droplet's neighbour on 25", from: "gateway", port: 25, enter: hello, may: "local" },
    { name: "the droplet's public address on 25", from: "itself", port: 25, enter: hello, may: "local" },
    { name: "the droplet's loopback on 25", from: "loopback", port: 25, enter: hello, may: "all" },
    { name: "a trusted client on 25", from: "trusted", port: 25, enter: hello, may: "all" },
    { name: "a trusted client on 25 with TLS", from: "trusted", port: 25, enter: tls, may: "all" },
    { name: "a stranger on 587 without TLS", from: "stranger", port: 587, enter: hello, may: "none" },
    ...loginPorts.flatMap((port): Position[] => [
      { name: `a stranger on ${port}`, from: "stranger", port, enter: securely(port), may: "none" },
      { name: `a trusted client on ${port}`, from: "trusted", port, enter: securely(port), may: "none" },
      {
        name: `a stranger on ${port} with a wrong password`,
        from: "stranger",
        port,
        enter: [...securely(port), [auth(`${password}-wrong`), 535]],
        may: "none",
      },
      {
        name: `a login on ${port}`,
        from: "stranger",
        port,
        enter: [...securely(port), [auth(password), 235]],
        may: "own",
      },
    ]),
    ...pretended(scene),
  ];
}

/** Whether a client in that position may send from that sender to a recipient of that kind. */
export function mayRelay({ may, port }: Position, sender: keyof Senders, recipient: RecipientKind): boolean {
  if (may === "none") return false;
  if (recipient === "postmaster" && !loginPorts.includes(port)) return true;
  if (sender === "incomplete") return false;
  if (may === "own" && sender !== "own") return false;
  return ["local", "postmaster"].includes(recipient) || (recipient === "foreign" && may !== "local");
}

/** Clients elsewhere in the address space, by XCLIENT on the probe listener. */
function pretended({ trusted, stranger, address, login, network }: Scene): Position[] {
  const pretend = (who: string, may: Position["may"]): Position => ({
    name: `XCLIENT ${who}`,
    from: "loopback",
    port: 10025,
    enter: [
      ["EHLO client.test", 250],
      [`XCLIENT ${who}`, 220],
      ["EHLO client.test", 250],
    ],
    may,
  });
  const strangers = [stranger, `IPV6:::ffff:${stranger}`, address, network.below, network.above]
    .concat([`IPV6:::ffff:${network.below}`, `IPV6:::ffff:${network.above}`])
    .concat(["126.255.255.255", "128.0.0.0", "0.0.0.0", "255.255.255.255", "[UNAVAILABLE]"]);
  const friends = [
    trusted,
    `IPV6:::ffff:${trusted}`,
    network.first,
    network.last,
    `IPV6:::ffff:${network.last}`,
  ].concat(["127.255.255.255", "IPV6:::ffff:127.0.0.1"]);
  return [
    ...strangers.map((client) => pretend(`ADDR=${client}`, "local")),
    ...friends.map((client) => pretend(`ADDR=${client}`, "all")),
    pretend(`ADDR=${stranger} NAME=localhost`, "local"),
    pretend(`ADDR=${stranger} LOGIN=${login}`, "own"),
  ];
}
