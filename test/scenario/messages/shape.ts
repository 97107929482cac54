/** One kind of message, as a client submits it. */
export interface Shape {
  name: string;
  /** The whole message but for the test's own header; lines end as they are. */
  message: Buffer;
  /** By BDAT instead of DATA, the only way for a message without a last newline. */
  chunked?: boolean;
  /** What MAIL FROM declares. */
  declares?: ("BODY=8BITMIME" | "SMTPUTF8")[];
  /** The envelope's sender. Default: alice's. */
  from?: string;
  /** It is never signed. */
  unsigned?: boolean;
  /** More recipients, besides one for each hop. */
  others?: string[];
}

/** Finds a message again at the next hop. */
export const tag = (name: string) => `X-Shape: ${name}`;

const head = (name: string) => [
  tag(name),
  "From: Alice <alice@example.test>",
  "To: Bob <bob@receiver.test>",
  "Date: Sun, 01 Nov 2026 10:00:00 +0000",
  `Message-ID: <${name}@example.test>`,
];

type Options = Omit<Shape, "name" | "message"> & { headers?: string[]; without?: string[] };

/** A message of these header lines, besides the usual ones, and this body, one character per byte. */
export function shape(name: string, body: string, { headers = [], without = [], ...options }: Options = {}): Shape {
  const kept = head(name).filter((line) => !without.some((other) => line.startsWith(`${other}:`)));
  const message = Buffer.from([...kept, ...headers, "", body].join("\r\n"), "latin1");
  return { name, message, ...options };
}

/** Text as the bytes of UTF-8, one character per byte. */
export const utf8 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

export const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join("");

/** A multipart body of these parts, each with its own headers. */
export function parts(boundary: string, ...bodies: string[]): string {
  return `${bodies.map((body) => `--${boundary}\r\n${body}\r\n`).join("")}--${boundary}--\r\n`;
}
