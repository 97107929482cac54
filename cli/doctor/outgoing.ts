import type { EgressOutcome, EgressSeen } from "../survey";
import { fault, type Check, type Finding } from "./finding";

export const outgoing: Check<EgressSeen>[] = [reached, secured];

const SMTP = 25;

/** The connections that mail depends on: to the smart host, or without one to port 25 of other servers. */
export function needed({ outcomes }: EgressSeen): EgressOutcome[] {
  const hops = outcomes.filter(({ nextHop }) => nextHop);
  return hops.length > 0 ? hops : outcomes.filter(({ port }) => port === SMTP);
}

const STAGE = {
  none: "its name has no address",
  resolve: "no connection",
  connect: "it connects but gets no greeting",
  greeting: "it gets a greeting but no answer to EHLO",
} as const;

const CURE = {
  none: "check the name, and the host's resolver: resolvectl query NAME, and /var/spool/postfix/etc/resolv.conf",
  resolve:
    "a firewall or the provider blocks the port: DigitalOcean blocks outgoing 25, 465 and 587; use a `relayHost` on port 2525, and check the droplet's firewall",
  connect: "the other server is busy, or expects TLS at once on this port: check the port of `relayHost`",
  greeting: "the other server refuses this host: its reply says why",
} as const;

function reached(seen: EgressSeen): Finding[] {
  return needed(seen)
    .filter(({ reached: stage }) => stage !== "ehlo")
    .map(({ host, port, reached: stage, problem, nextHop }) => {
      const at = (stage ?? "none") as keyof typeof STAGE;
      const whom = nextHop ? `the next hop ${host}, port ${port}` : `${host}, port ${port}`;
      return fault("egress-blocked", `${whom}, is not reachable: ${STAGE[at]} (${problem})`, CURE[at]);
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
        `${host}, port ${port}, offers no STARTTLS, which this relay requires`,
        "use the smart host's port for STARTTLS",
      ),
    );
}

/** Which outgoing ports are open, as a line for people. */
export function portsLine({ outcomes }: EgressSeen): string {
  const word = ({ reached: stage, problem }: EgressOutcome) => (stage === "ehlo" ? "open" : (problem ?? "closed"));
  return outcomes.map((outcome) => `${outcome.port} ${word(outcome)} (${outcome.host})`).join(", ");
}
