import type { CertificateSeen, ListenerSeen, Looked, Parts, SaslSeen } from "../survey";
import { fault, REPAIR, type Check, type Finding } from "./finding";

/** The services and listeners, with what else must be known to judge them. */
export interface Serving {
  services: Parts["services"];
  certificate: Looked<CertificateSeen>;
  sasl: Looked<SaslSeen>;
}

export const serving: Check<Serving>[] = [
  masked,
  disabled,
  stopped,
  frozen,
  missing,
  silent,
  tls,
  plainAuth,
  offered,
  logins,
  stale,
];

/** Without Postfix nothing listens, so the listeners need no findings. */
export const postfixRuns = ({ services }: Serving): boolean =>
  services.units.every(({ unit, runs }) => unit !== "postfix" || runs);

const listeners = (seen: Serving): ListenerSeen[] => (postfixRuns(seen) ? seen.services.listeners : []);
const isProbe = ({ service }: ListenerSeen) => service.startsWith("127.");
const publicOnes = (seen: Serving) => listeners(seen).filter((listener) => !isProbe(listener));
const greeting = (seen: Serving) => publicOnes(seen).filter(({ greets }) => greets);

function masked({ services }: Serving): Finding[] {
  return services.units
    .filter(({ enabled }) => enabled.startsWith("masked"))
    .map(({ unit }) =>
      fault("unit-masked", `${unit} is masked: it cannot start`, `systemctl unmask ${unit}; systemctl start ${unit}`),
    );
}

function disabled({ services }: Serving): Finding[] {
  return services.units
    .filter(({ enabled }) => !["enabled", "static", "generated"].includes(enabled) && !enabled.startsWith("masked"))
    .map(({ unit, enabled }) =>
      fault("unit-disabled", `${unit} is ${enabled}: it will not run after the next boot`, `systemctl enable ${unit}`),
    );
}

function stopped({ services }: Serving): Finding[] {
  return services.units
    .filter(({ runs }) => !runs)
    .map(({ unit }) =>
      fault(
        "unit-stopped",
        `${unit} does not run`,
        `systemctl start ${unit}; if it stops again: journalctl -n 50 -u '${unit}*'`,
      ),
    );
}

/** A process that was told to stop keeps its place and its lock, and does nothing. */
function frozen({ services }: Serving): Finding[] {
  return services.frozen.map((name) =>
    fault("process-frozen", `a process of the relay was stopped by a signal: ${name}`, `pkill -CONT -x ${name}`),
  );
}

function missing(seen: Serving): Finding[] {
  if (!postfixRuns(seen) || publicOnes(seen).length > 0) return [];
  return [fault("listener-none", "master.cf has no listener for clients", REPAIR)];
}

function silent(seen: Serving): Finding[] {
  return listeners(seen)
    .filter(({ greets }) => !greets)
    .map(({ service, port, problem }) =>
      fault(
        "listener-silent",
        `port ${port} (${service}) gives no greeting: ${problem}`,
        "smtpd cannot start with this configuration: `mail-relay logs` shows the reason. " + REPAIR,
      ),
    );
}

function tls(seen: Serving): Finding[] {
  return greeting(seen)
    .filter(({ problem }) => problem !== null)
    .map(({ port, problem }) =>
      fault(
        "listener-tls",
        `port ${port} offers no TLS: ${problem}`,
        "check the certificate and key; without TLS no client can log in",
      ),
    );
}

function plainAuth(seen: Serving): Finding[] {
  return greeting(seen)
    .filter((listener) => listener.plainAuth)
    .map(({ port }) =>
      fault(
        "auth-in-clear",
        `port ${port} accepts passwords without TLS`,
        `smtpd_tls_auth_only must be yes. ${REPAIR}`,
      ),
    );
}

function offered(seen: Serving): Finding[] {
  const wanted = seen.sasl.seen?.mechanisms ?? [];
  return greeting(seen).flatMap(({ port, auth, mechanisms, problem }) => {
    if (problem !== null) return [];
    const given = mechanisms.join(" ") || "nothing";
    if (!auth && mechanisms.length > 0)
      return [fault("auth-offered", `port ${port} accepts logins (${given}), but must not`, REPAIR)];
    if (auth && wanted.length > 0 && given !== wanted.join(" "))
      return [fault("auth-offered", `port ${port} offers ${given} instead of ${wanted.join(" ")}`, REPAIR)];
    return [];
  });
}

function logins(seen: Serving): Finding[] {
  return greeting(seen)
    .filter(({ login }) => login !== null && !login.startsWith("235"))
    .map(({ port, login }) =>
      fault(
        "login-refused",
        `port ${port} refuses a login from the user database: ${login}`,
        "535 means that smtpd reads another database or none, 454 that it cannot read it. " + REPAIR,
      ),
    );
}

/** The certificate was renewed on disk, but Postfix was not reloaded. */
function stale(seen: Serving): Finding[] {
  const installed = seen.certificate.seen?.sha256;
  return greeting(seen)
    .filter(({ served }) => served !== null && installed !== undefined && served !== installed)
    .map(({ port }) =>
      fault("certificate-stale", `port ${port} serves another certificate than the one in the file`, "postfix reload"),
    );
}
