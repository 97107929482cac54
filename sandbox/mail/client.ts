import { createTransport } from "nodemailer";

export interface MailToSend {
  host: string;
  port: number;
  /** The address of this machine to connect from. */
  localAddress?: string;
  login?: string;
  password?: string;
  /** Default: whatever the server offers first of what nodemailer knows. */
  authMethod?: "PLAIN" | "LOGIN" | "CRAM-MD5";
  from: string;
  to: string | string[];
  subject: string;
  text: string;
  /** `starttls` insists on it: without an offer nothing is sent, neither login nor message. */
  tls: "starttls" | "implicit" | "none";
  /** PEM of the authority that must have signed the server's certificate; none: any certificate will do. */
  ca?: string;
  /** How long to wait for the connection and for its greeting, in milliseconds. Default: nodemailer's, which is minutes. */
  patienceMs?: number;
}

export interface Sent {
  messageId: string;
  /** The server's reply to the message, with its queue id. */
  response: string;
}

/** Without one nodemailer would call itself [127.0.0.1], which reads oddly in a Received line. */
const EHLO_NAME = "client.test";

/** Where and how a client connects and logs in. */
export type ClientLogin = Omit<MailToSend, "from" | "to" | "subject" | "text">;

/** Logs in as an ordinary mail client does and leaves again; rejects with the server's reply when refused. */
export async function logIn(client: ClientLogin): Promise<void> {
  const transport = transportFor(client);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}

function transportFor(mail: ClientLogin) {
  return createTransport({
    host: mail.host,
    port: mail.port,
    localAddress: mail.localAddress,
    name: EHLO_NAME,
    secure: mail.tls === "implicit",
    requireTLS: mail.tls === "starttls",
    ignoreTLS: mail.tls === "none",
    tls: mail.ca === undefined ? { rejectUnauthorized: false } : { ca: mail.ca },
    authMethod: mail.authMethod,
    connectionTimeout: mail.patienceMs,
    greetingTimeout: mail.patienceMs,
    auth: mail.login === undefined ? undefined : { user: mail.login, pass: mail.password ?? "" },
  });
}

/** Hands one message to a server as an ordinary mail client does; rejects with the server's reply when refused. */
export async function send(mail: MailToSend): Promise<Sent> {
  const transport = transportFor(mail);
  try {
    const { messageId, response } = await transport.sendMail({
      from: mail.from,
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
    });
    return { messageId, response };
  } finally {
    transport.close();
  }
}
