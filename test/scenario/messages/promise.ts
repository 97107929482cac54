import type { Hop } from "./hops";
import { has, nameOf, parse, print, type Message } from "./message";

/** What a message went through. */
export interface Way {
  options: Partial<Record<"dkim" | "hideClients" | "rewriting" | "headerChecks", boolean>>;
  /** A login, or an address in `myNetworks`. */
  from: "login" | "network";
  hop: Hop;
  /** Whether it must be signed. */
  signed: boolean;
}

/** One line of the table in docs/messages.md, and what it does to a message. */
export interface Change {
  what: string;
  when: string;
  /** `arrived` is only asked for what a relay chooses itself, such as a time. */
  apply(message: Message, way: Way, arrived: Message): Message;
}

const limit = 998;
const always = "always";
const submitted = "from logins, `myNetworks` and the host itself";

const isResent = ({ headers }: Message) => headers.some((header) => /^Resent-(From|To|Date):/.test(header));

const mapHeaders =
  (change: (header: string) => string): Change["apply"] =>
  ({ headers, body }) => ({ headers: headers.map(change), body });

/** A header that the relay adds, if it has the form that it must have. */
const asIs = (header: string | undefined, form: RegExp, name: string) =>
  header !== undefined && form.test(header) ? header : `(no ${name} as it must be)`;

/** Takes over a header from where it stands in the message that arrived; none where no form is given. */
function top(index: number, name: string, formOf: (way: Way) => RegExp | undefined): Change["apply"] {
  return (message, way, arrived) => {
    const form = formOf(way);
    return form ? { ...message, headers: [asIs(arrived.headers[index], form, name), ...message.headers] } : message;
  };
}

function missing(plain: string, form: RegExp): Change["apply"] {
  return (message, _way, arrived) => {
    const name = `${isResent(message) ? "Resent-" : ""}${plain}`;
    if (has(message, name.toLowerCase())) return message;
    const header = arrived.headers.find((candidate) => nameOf(candidate) === name.toLowerCase());
    const value = header?.slice(name.length + 1);
    return {
      ...message,
      headers: [...message.headers, value && form.test(value) ? header! : `(no ${name} as it must be)`],
    };
  };
}

/** The rest of a line that is too long follows on a new one, after a space. */
function broken(line: string): string {
  const parts = [line.slice(0, limit)];
  for (let at = limit; at < line.length; at += limit - 1) parts.push(` ${line.slice(at, at + limit - 1)}`);
  return parts.join("\r\n");
}

/** The same at white space, where the line has any before that. */
function folded(line: string): string {
  if (line.length <= limit) return line;
  const [before] = /^.*[^ \t](?=[ \t])/.exec(line.slice(0, limit + 1)) ?? [];
  const after = line.slice(before?.length);
  return before && after.trim() !== "" ? `${before}\r\n${folded(after)}` : broken(line);
}

const isLong = (text: string) => text.split("\r\n").some((line) => line.length > limit);

/** Long headers are written anew. */
function foldedHeaders(headers: string[]): string[] {
  return headers.map((header) =>
    isLong(header) ? eachLine(header, folded).replace(/^([^:]*):[ \t]*/, "$1: ") : header,
  );
}

const eachLine = (text: string, change: (line: string) => string) => text.split("\r\n").map(change).join("\r\n");

/** A message whose quoted-printable parts are written as plain 8 bit. */
function decoded(raw: string): string {
  return raw
    .split(/^(?=--b)/m)
    .map((part) => {
      const [head = "", ...rest] = part.split("\r\n\r\n");
      const encoding = /^Content-Transfer-Encoding: quoted-printable$/im;
      if (!encoding.test(head)) return part;
      const text = rest
        .join("\r\n\r\n")
        .replace(/=\r\n/g, "")
        .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
      return `${head.replace(encoding, "Content-Transfer-Encoding: 8bit")}\r\n\r\n${text}`;
    })
    .join("");
}

/** In the order in which a message meets them. */
export const changes: Change[] = [
  {
    what: "A last line without a line end gets one",
    when: always,
    apply: ({ headers, body }) => ({ headers, body: /\r\n$/.test(body) || body === "" ? body : `${body}\r\n` }),
  },
  {
    what: "A carriage return that is not part of a line end becomes a space",
    when: always,
    apply: ({ headers, body }) => ({ headers, body: body.replace(/\r(?!\n)/g, " ") }),
  },
  {
    what: "A NUL is removed",
    when: always,
    // Before the parser sees it, because a header's name may hold one.
    apply: (message) => message,
  },
  {
    what: "White space between a header's name and its colon is removed",
    when: always,
    apply: mapHeaders((header) => header.replace(/^([!-9;-~]+)[ \t]+:/, "$1:")),
  },
  {
    what: "An empty line is added before the first line that can be no header",
    when: always,
    // The parser has found the place already.
    apply: (message) => message,
  },
  {
    what: "`Bcc`, `Resent-Bcc`, `Return-Path` and `Content-Length` are removed",
    when: always,
    apply: ({ headers, body }) => ({
      headers: headers.filter((header) => !/^(Bcc|Resent-Bcc|Return-Path|Content-Length):/i.test(header)),
      body,
    }),
  },
  {
    what: "A missing `Message-ID` is added, to a resent message `Resent-Message-ID`",
    when: submitted,
    apply: missing("Message-ID", /^ <\d+\.\w+@relay\.example\.test>$/),
  },
  {
    what: "A missing `Date` is added, to a resent message `Resent-Date`",
    when: submitted,
    apply: missing("Date", /^ \w{3}, +\d+ \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4} \(\w+\)$/),
  },
  {
    what: "A missing `From` is added, to a resent message `Resent-From`, with the envelope's sender",
    when: submitted,
    apply: missing("From", /^ alice@example\.test$/),
  },
  {
    what: "`X-Originating-IP` is removed",
    when: "`hideClients`",
    apply: ({ headers, body }, { options: { hideClients } }) => ({
      headers: hideClients ? headers.filter((header) => !header.startsWith("X-Originating-IP:")) : headers,
      body,
    }),
  },
  {
    what: "Addresses change as the tables say, in the envelope and in the headers with addresses",
    when: "`rewriting`",
    apply: ({ headers, body }, { options: { rewriting } }) => ({
      headers: rewriting ? headers.map(rewritten) : headers,
      body,
    }),
  },
  {
    what: "Headers are removed, replaced or added as the rules say",
    when: "`headerChecks`",
    apply: ({ headers, body }, { options: { headerChecks } }) => ({
      headers: headerChecks ? headers.flatMap(checked) : headers,
      body,
    }),
  },
  {
    what: "A text in 8 bit becomes quoted-printable",
    when: "the next hop does not offer `8BITMIME`, without `dkim`",
    apply: (message, { options: { dkim }, hop }, arrived) => {
      const kept = dkim || !hop.sink.hides?.includes("8BITMIME");
      const inside = { ...arrived, headers: arrived.headers.slice(1) };
      return !kept && decoded(print(inside)) === decoded(print(message)) ? inside : message;
    },
  },
  {
    what: "A line of more than 998 octets is broken: CRLF and a space go in, in a header at white space if `dkim` is given",
    when: always,
    apply: ({ headers, body }, { options: { dkim } }) => ({
      headers: dkim ? foldedHeaders(headers) : headers.map((header) => eachLine(header, broken)),
      body: eachLine(body, broken),
    }),
  },
  {
    what: "`DKIM-Signature` is added on top",
    when: "`dkim`",
    apply: top(1, "DKIM-Signature", ({ signed }) => (signed ? /^DKIM-Signature: v=1; / : undefined)),
  },
  {
    what: "`Received` is added on top, with `hideClients` without the client",
    when: always,
    apply: top(0, "Received", ({ options: { hideClients } }) =>
      hideClients ? /^Received: by relay\.example\.test / : /^Received: from client\.test \(/,
    ),
  },
];

/** What the rules of the scenario do to one header. */
function checked(header: string): string[] {
  if (/^User-Agent:/.test(header)) return [];
  if (/^Precedence:/.test(header)) return ["Precedence: bulk"];
  return /^Subject:\s*\[list\]/.test(header) ? ["X-List: yes", header] : [header];
}

/** What the tables of the scenario do to one header. */
function rewritten(header: string): string {
  if (!/^(Resent-)?(From|Sender|Reply-To|To|Cc):/i.test(header)) return header;
  return header
    .replaceAll("alice@internal.test", "alice@example.test")
    .replaceAll("bob@receiver.test", "robert@receiver.test");
}

/** How what arrived differs from what the changes allow; undefined where it does not. */
export function difference(message: Buffer, raw: string, way: Way): string | undefined {
  const arrived = parse(raw);
  const allowed = changes.reduce(
    (before, change) => change.apply(before, way, arrived),
    parse(message.toString("latin1").replaceAll("\0", "")),
  );
  const expected = print(allowed);
  if (expected === raw) return undefined;
  const at = [...expected].findIndex((character, index) => character !== raw[index]);
  const from = Math.max(0, at - 40);
  return `at ${at}: ${JSON.stringify(raw.slice(from, at + 60))} instead of ${JSON.stringify(expected.slice(from, at + 60))}`;
}
