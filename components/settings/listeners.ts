import type { ListenerName, RelaySettings } from "./settings";

/** A port that clients connect to. */
export interface Listener {
  name: ListenerName;
  port: number;
  /** Its service in master.cf. */
  service: string;
  tls: "starttls" | "implicit";
  auth: boolean;
}

const known: Record<ListenerName, Omit<Listener, "name">> = {
  smtp: { port: 25, service: "smtp", tls: "starttls", auth: false },
  submission: { port: 587, service: "submission", tls: "starttls", auth: true },
  submissions: { port: 465, service: "submissions", tls: "implicit", auth: true },
  alternate: { port: 2525, service: "2525", tls: "starttls", auth: true },
};

/** The listeners of a relay. */
export function listeners(settings: Pick<RelaySettings, "listeners">): Listener[] {
  return settings.listeners.map((name) => ({ name, ...known[name] }));
}

/** Whether any listener takes logins; 25 never does. */
export function takesLogins(settings: Pick<RelaySettings, "listeners">): boolean {
  return listeners(settings).some(({ auth }) => auth);
}

/** What programs of a listener with a login call themselves in the log. */
export function syslogName({ name }: Listener): string {
  return `postfix/${name}`;
}

/** The ports as the output `endpoints` shows them. */
export function endpoints(settings: RelaySettings): { port: number; tls: string; auth: boolean }[] {
  return listeners(settings).map(({ port, tls, auth }) => ({ port, tls, auth }));
}
