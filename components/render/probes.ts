import { covers } from "../settings/addresses";
import { RelaySettings } from "../settings/settings";
import { Listener, listeners } from "./masterCf";
import { Credential } from "./sasl";

/** One step of an SMTP dialogue and the reply code it must get; `host/probe.py` carries it out. */
export type ProbeStep =
  | { do: "starttls"; offers: string[]; expect: number }
  | { do: "auth"; mechanism: "PLAIN" | "LOGIN"; expect: number }
  | { do: "command"; text: string; expect: number };

export interface Dialogue {
  /** What it shows, as a sentence for people. */
  name: string;
  /** `outside` connects to and from the host's own public address, as any stranger's packets would arrive. */
  from: "loopback" | "outside";
  port: number;
  /** `live` takes one pair from the user database on the host. */
  credentials?: [login: string, password: string] | "live";
  steps: ProbeStep[];
}

export interface ProbePlan {
  /** How long a port may stay silent: Postfix starts some seconds after the network at boot. */
  patienceSeconds: number;
  /** `mynetworks`, to know when the host's own address is no stranger's. */
  networks: string[];
  dialogues: Dialogue[];
}

/** Added to every port in the trial instance, which listens on loopback only. */
export const trialPortOffset = 20000;

const mechanisms = ["PLAIN", "LOGIN"];
const sender = "MAIL FROM:<probe@relay-probe.invalid>";
const recipient = "RCPT TO:<probe@relay-probe.invalid>";

function command(text: string, expect: number): ProbeStep {
  return { do: "command", text, expect };
}

function startTls(listener: Listener): ProbeStep {
  return { do: "starttls", offers: listener.auth ? mechanisms : [], expect: 220 };
}

/** Asked of the staged configuration before it goes live: a login may relay, a stranger may not, on every listener. */
export function trialPlan(settings: RelaySettings, trial: Credential): ProbePlan {
  const stranger = strangerAddress(settings.myNetworks);
  const dialogues = listeners().flatMap((listener): Dialogue[] => {
    const port = listener.port + trialPortOffset;
    const accepted: Dialogue = listener.auth
      ? {
          name: `a login may send on ${listener.port}`,
          from: "loopback",
          port,
          credentials: [trial.login, trial.password],
          steps: [
            startTls(listener),
            { do: "auth", mechanism: "PLAIN", expect: 235 },
            command(sender, 250),
            command(recipient, 250),
          ],
        }
      : {
          name: `mynetworks may send on ${listener.port}`,
          from: "loopback",
          port,
          steps: [command(sender, 250), command(recipient, 250)],
        };
    const refused: Dialogue = {
      name: `a stranger may not relay on ${listener.port}`,
      from: "loopback",
      port,
      steps: [
        startTls(listener),
        command(`XCLIENT ADDR=${stranger}`, 220),
        command("EHLO probe.invalid", 250),
        command(sender, 250),
        command(recipient, 554),
      ],
    };
    return [accepted, refused];
  });
  return { patienceSeconds: 20, networks: plainNetworks(settings), dialogues };
}

/** Asked of the live listeners right after the swap. */
export function smokePlan(settings: RelaySettings): ProbePlan {
  return {
    patienceSeconds: 30,
    networks: plainNetworks(settings),
    dialogues: listeners().flatMap((listener): Dialogue[] =>
      listener.auth
        ? [
            {
              name: `a login is accepted on ${listener.port}`,
              from: "loopback",
              port: listener.port,
              credentials: "live",
              steps: [
                startTls(listener),
                { do: "auth", mechanism: "PLAIN", expect: 235 },
                command(sender, 250),
                command(recipient, 250),
              ],
            },
            strangerDialogue(listener),
          ]
        : [
            {
              name: `mynetworks may send on ${listener.port}`,
              from: "loopback",
              port: listener.port,
              steps: [startTls(listener), command(sender, 250), command(recipient, 250)],
            },
            strangerDialogue(listener),
          ],
    ),
  };
}

/** What a deploy ends with: every login works, a wrong password does not, a stranger cannot relay. */
export function proofPlan(settings: RelaySettings, users: Credential[]): ProbePlan {
  const submission = listeners().filter((listener) => listener.auth);
  const dialogues = submission.flatMap((listener): Dialogue[] => [
    ...users.flatMap(({ login, password }) => mechanismsOf(login, password, listener)),
    ...(users[0] ? [wrongPassword(listener, users[0])] : []),
    {
      name: `AUTH before TLS is refused on ${listener.port}`,
      from: "loopback",
      port: listener.port,
      steps: [command("AUTH PLAIN AHByb2JlAHByb2Jl", 530)],
    },
  ]);
  return {
    patienceSeconds: 30,
    networks: plainNetworks(settings),
    dialogues: [...dialogues, ...listeners().map(strangerDialogue)],
  };
}

function mechanismsOf(login: string, password: string, listener: Listener): Dialogue[] {
  return (["PLAIN", "LOGIN"] as const).map((mechanism) => ({
    name: `${login} logs in with ${mechanism} on ${listener.port}`,
    from: "loopback",
    port: listener.port,
    credentials: [login, password],
    steps: [startTls(listener), { do: "auth", mechanism, expect: 235 }],
  }));
}

/** A success with the same login stands before it in the plan, so a refusal here is the password's. */
function wrongPassword(listener: Listener, { login, password }: Credential): Dialogue {
  return {
    name: `a wrong password is refused on ${listener.port}`,
    from: "loopback",
    port: listener.port,
    credentials: [login, `${password.slice(0, 200)}-wrong`],
    steps: [startTls(listener), { do: "auth", mechanism: "PLAIN", expect: 535 }],
  };
}

function strangerDialogue(listener: Listener): Dialogue {
  return {
    name: `a stranger may not relay on ${listener.port}`,
    from: "outside",
    port: listener.port,
    steps: [startTls(listener), command(sender, 250), command(recipient, 554)],
  };
}

function plainNetworks(settings: RelaySettings): string[] {
  return settings.myNetworks.map((network) => network.replace(/[[\]]/g, ""));
}

/** A documentation address (RFC 5737) that is not in mynetworks, to be a stranger under XCLIENT. */
export function strangerAddress(networks: string[]): string {
  const candidates = ["192.0.2.9", "198.51.100.9", "203.0.113.9", "100.64.0.9", "198.18.0.9"];
  const stranger = candidates.find((candidate) => !networks.some((network) => covers(network, candidate)));
  if (stranger === undefined) throw new Error("every address that could play a stranger is in myNetworks");
  return stranger;
}
