import { takesLogins } from "../../settings/listeners";
import { use } from "../../settings/ownedParameters";
import type { RelaySettings } from "../../settings/settings";
import { library } from "../library";
import type { HostFile, Service } from "../service";
import { textOf } from "../template";
import { unit } from "../unit";

/** As smtpd sees them from inside its chroot; the socket's unit has them too. */
const socket = "mail-relay/login-limit";
const milter = "mail-relay/login-limit-end";

const folder = "/usr/local/lib/mail-relay-login-limit";
const configFile = "/etc/mail-relay-login-limit.json";
const units = ["mail-relay-login-limit.socket", "mail-relay-login-limit.service"];

/**
 * The counter that ends the flood of a login that has leaked: listeners with a login ask it at DATA whether the login has
 * recipients left in this hour, wherever it is used. As a milter it hears which messages are refused after that, and gives
 * their recipients back. A counter that does not answer stops nobody's mail.
 */
export const loginLimit: Service = {
  owned: { login_data_restrictions: use("limits.recipientsPerHour") },
  of(settings) {
    if (!countsRecipients(settings)) return undefined;
    const counter = `{ unix:${socket}, default_action=DUNNO, timeout=5s, try_limit=2, retry_delay=1s }`;
    const file = (path: string, body: string): HostFile => ({ path, body, mode: 0o644 });
    return {
      name: "login-limit",
      // systemd keeps the socket, so that nobody meets a closed door while the counter starts, and hands it over.
      unit: "mail-relay-login-limit.socket",
      also: ["mail-relay-login-limit.service"],
      packages: [],
      files: [
        ...["login_limit.py", "counts.py"].map((name) => file(`${folder}/${name}`, textOf(__dirname, name))),
        ...library(folder, "login", "milter", "server"),
        file(configFile, JSON.stringify(configuration(settings)) + "\n"),
        ...units.map((name) => unit(__dirname, name)),
      ],
      logins: {
        parameters: { login_data_restrictions: ["reject_unauth_pipelining", `check_policy_service ${counter}`] },
        options: { smtpd_data_restrictions: "$login_data_restrictions" },
        milter: { address: `{ unix:${milter}, default_action=accept }`, inTrial: false },
      },
      // The counter's socket is in the live chroot, and a trial sends as nobody who should be counted.
      trial: { parameters: { login_data_restrictions: "reject_unauth_pipelining" } },
    };
  },
};

/** Whether some login may send to so many recipients an hour only. */
function countsRecipients(settings: RelaySettings): boolean {
  const { limits, users } = settings;
  const limited = limits.recipientsPerHour > 0 || users.some(({ recipientsPerHour }) => recipientsPerHour > 0);
  return limited && takesLogins(settings);
}

function configuration({ limits, users, sasl }: RelaySettings): object {
  const own = users
    .filter(({ recipientsPerHour }) => recipientsPerHour !== limits.recipientsPerHour)
    .map(({ login, recipientsPerHour }) => [login, recipientsPerHour]);
  const { realm, alsoRealms } = sasl;
  return { realm, alsoRealms, perHour: limits.recipientsPerHour, logins: Object.fromEntries(own) as object };
}
