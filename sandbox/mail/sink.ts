import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";
import { selfSigned, type Certificate } from "./certificate";
import { Mailbox, type ReceivedMessage } from "./mailbox";

/** An SMTP reply that refuses: a 4xx code defers, a 5xx code rejects. */
export interface Refusal {
  code: number;
  text: string;
}

/** Where in the dialogue a client is when a sink may refuse it. */
export interface Attempt {
  at: "connect" | "mail" | "rcpt" | "data";
  clientAddress: string;
  from: string;
  /** The recipient asked about (`rcpt`), or all accepted ones (`data`). */
  to: string[];
}

export interface SinkOptions {
  address: string;
  /** 0 takes any free port. */
  port: number;
  /** Default `starttls`: offered, not demanded, as receiving servers of the world do. */
  tls?: "none" | "starttls" | "implicit";
  /** Default: a fresh self-signed one. */
  certificate?: Certificate;
  /** Login to password. Present: a login is demanded, as a smart host does. */
  logins?: Record<string, string>;
  /** Extensions that are not offered. */
  hides?: ("8BITMIME" | "SMTPUTF8" | "PIPELINING")[];
  /** Offered as SIZE; larger messages are refused. Default: not offered. */
  size?: number;
  /** What it offers for a login, and in which order; it can only do PLAIN, LOGIN and CRAM-MD5. Default: PLAIN and LOGIN. */
  mechanisms?: string[];
  /** Asked at every step; a refusal is sent to the client, undefined lets it go on. */
  refuse?: (attempt: Attempt) => Refusal | undefined;
  /** Called with the mechanism of each login, right or wrong. */
  onLogin?: (mechanism: string) => void;
  /** Called before a message is acknowledged: what it throws makes the client keep the message. */
  onMessage?: (message: ReceivedMessage) => Promise<void>;
}

/** A receiving mail server that keeps what it is sent. */
export interface Sink {
  readonly address: string;
  readonly port: number;
  /** Everything accepted so far, oldest first. */
  messages(): Promise<ReceivedMessage[]>;
  /** The first message, past or coming, for which the predicate holds; rejects after the time given, or when aborted. */
  waitForMessage(
    predicate: (message: ReceivedMessage) => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<ReceivedMessage>;
  close(): Promise<void>;
}

/** Starts a receiving server in this process; resolves when it listens. */
export async function startSink(options: SinkOptions): Promise<Sink> {
  const mailbox = new Mailbox();
  const server = new SMTPServer(serverOptions(options, mailbox));
  // A client that drops its connection is no fault of the sink's.
  server.on("error", () => undefined);
  const listener = server.listen(options.port, options.address);
  await once(listener, "listening");
  return {
    address: options.address,
    port: (listener.address() as AddressInfo).port,
    messages: () => Promise.resolve(mailbox.messages()),
    waitForMessage: (...args) => mailbox.wait(...args),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function serverOptions(options: SinkOptions, mailbox: Mailbox): SMTPServerOptions {
  const tls = options.tls ?? "starttls";
  const { logins } = options;
  const ask = (attempt: Attempt, callback: (error?: Error | null) => void) => {
    const refusal = options.refuse?.(attempt);
    callback(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
  };
  return {
    ...(options.certificate ?? selfSigned("sink")),
    name: "sink",
    secure: tls === "implicit",
    disabledCommands: [...(tls === "starttls" ? [] : ["STARTTLS"]), ...(logins ? [] : ["AUTH"])],
    ...Object.fromEntries((options.hides ?? []).map((name) => [`hide${name}`, true])),
    size: options.size,
    authMethods: options.mechanisms ?? ["PLAIN", "LOGIN"],
    authOptional: logins === undefined,
    allowInsecureAuth: tls === "none",
    // A sandbox's client addresses have no names, and asking for them could wait on a resolver.
    disableReverseLookup: true,
    closeTimeout: 1_000,
    onConnect: (session, callback) => ask(attempt("connect", session), callback),
    onAuth: (auth, _session, callback) => {
      const { username = "", password } = auth;
      options.onLogin?.(auth.method);
      const known = logins?.[username];
      // CRAM-MD5 sends no password.
      const right = known !== undefined && (password === undefined ? auth.validatePassword(known) : known === password);
      if (right) callback(null, { user: username });
      else callback(Object.assign(new Error("authentication failed"), { responseCode: 535 }));
    },
    onMailFrom: (from, session, callback) => ask({ ...attempt("mail", session), from: from.address }, callback),
    onRcptTo: (to, session, callback) => ask({ ...attempt("rcpt", session), to: [to.address] }, callback),
    onData: (stream, session, callback) => {
      const receive = async () => {
        const raw = await buffer(stream);
        const message = parsed(raw.toString("latin1"), session);
        const refusal = options.refuse?.({ ...attempt("data", session) });
        if (refusal) throw Object.assign(new Error(refusal.text), { responseCode: refusal.code });
        await options.onMessage?.(message);
        mailbox.add(message);
      };
      receive().then(() => callback(null, "stored"), callback);
    },
  };
}

function attempt(at: Attempt["at"], session: SMTPServerSession): Attempt {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    at,
    clientAddress: session.remoteAddress,
    from: mailFrom ? mailFrom.address : "",
    to: rcptTo.map((recipient) => recipient.address),
  };
}

function parsed(raw: string, session: SMTPServerSession): ReceivedMessage {
  const { from, to, clientAddress } = attempt("data", session);
  return {
    receivedAt: new Date().toISOString(),
    clientAddress,
    clientName: session.hostNameAppearsAs,
    tls: session.secure,
    login: (session.user as string | false | undefined) || undefined,
    from,
    to,
    raw,
  };
}
