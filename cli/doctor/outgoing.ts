import type { EgressOutcome, EgressSeen } from "../survey";
import { fault, type Check, type Finding } from "./finding";

export const outgoing: Check<EgressSeen>[] = [reached, secured];

const SMTP = 25;

/** The connections that mail depends on: to the smart host, or without one to port 25 of everybody. */
export function needed({ outcomes }: EgressSeen): EgressOutcome[] {
  const hops = outcomes.filter(({ nextHop }) => nextHop);
  return hops.length > 0 ? hops : outcomes.filter(({ port }) => port === SMTP);
}

const STAGE = {
  none: "its name has no address",
  resolve: "no connection comes about",
  connect: "it connects but is not greeted",
  greeting: "it is greeted but EHLO is not answered",
} as const;

const CURE = {
  none: "check the name, and the host's name service: resolvectl query NAME, and /var/spool/postfix/etc/resolv.conf",
  resolve:
    "a firewall or the provider stands in between: DigitalOcean blocks 25, 465 and 587 on their way out; use a `relayHost` on port 2525, and look at the droplet's firewall",
  connect: "the other server is busy, or speaks TLS at once on this port: see the port of `relayHost`",
  greeting: "the other server does not want this host: its reply says why",
} as const;

function reached(seen: EgressSeen): Finding[] {
  return needed(seen)
    .filter(({ reached: stage }) => stage !== "ehlo")
    .map(({ host, port, reached: stage, problem, nextHop }) => {
      const at = (stage ?? "none") as keyof typeof STAGE;
      const whom = nextHop ? `the next hop ${host}, port ${port}` : `${host}, port ${port}`;
      return fault("egress-blocked", `${whom}, is not reached: ${STAGE[at]} (${problem})`, CURE[at]);
    });
}

function secured(seen: EgressSeen): Finding[] {
  const mandatory = seen.login || ["encrypt", "verify", "secure", "fingerprint", "dane-only"].includes(seen.tls);
  return needed(seen)
    .filter(({ nextHop, reached: stage, implicit, startTls }) => nextHop && stage === "ehlo" && !implicit && !startTls)
    .filter(() => mandatory)
    .map(({ host, port }) =>
      fault(
        "next-hop-no-tls",
        `${host}, port ${port}, offers no STARTTLS, and this relay sends it nothing without`,
        "use the smart host's port for STARTTLS",
      ),
    );
}

/** What else was tried, as a line for people: which ports lead out. */
export function portsLine({ outcomes }: EgressSeen): string {
  const word = ({ reached: stage, problem }: EgressOutcome) => (stage === "ehlo" ? "open" : (problem ?? "closed"));
  return outcomes.map((outcome) => `${outcome.port} ${word(outcome)} (${outcome.host})`).join(", ");
}
