import { realms } from "../../postfix/sasl";
import { trialLogin, trialSender } from "../../proof/trialNames";
import { checksHeaderFrom, headerSenders } from "../../settings/headerFrom";
import type { RelaySettings } from "../../settings/settings";
import { library } from "../library";
import type { HostFile, Service } from "../service";
import { textOf } from "../template";
import { programDigest, unit } from "../unit";

/** Where it listens, for Postfix inside its chroot, and for the trial instance, alike. */
const port = 18892;

const folder = "/usr/local/lib/mail-relay-header-from";
const configFile = "/etc/mail-relay-header-from.json";

/**
 * The milter that holds a login's mail to the addresses it may send as, in the headers as in the envelope. Of what
 * Debian packages, none fits: Rspamd answers every refusal with 554, milter-regex and milter-greylist know no logins'
 * addresses and read headers by pattern alone, mailfromd is not in every release.
 */
export const headerFrom: Service = {
  of(settings) {
    if (!checksHeaderFrom(settings)) return undefined;
    const file = (path: string, body: string): HostFile => ({ path, body, mode: 0o644 });
    const programs = [
      file(`${folder}/header_from.py`, textOf(__dirname, "header_from.py")),
      file(`${folder}/mailboxes.py`, textOf(__dirname, "mailboxes.py")),
      ...library(folder, "login", "milter", "server"),
    ];
    const digest = programDigest(programs);
    return {
      name: "header-from",
      unit: "mail-relay-header-from.service",
      packages: [],
      reloads: true,
      files: [
        ...programs,
        file(configFile, JSON.stringify(configuration(settings)) + "\n"),
        unit(__dirname, "mail-relay-header-from.socket", { port }),
        unit(__dirname, "mail-relay-header-from.service", { digest }),
      ],
      // Rather later and checked than now and unchecked.
      logins: {
        parameters: {},
        options: {},
        milter: { address: `{ inet:127.0.0.1:${port}, default_action=tempfail }`, inTrial: true },
      },
    };
  },
};

function configuration(settings: RelaySettings): object {
  const logins = settings.users.map((user) => [user.login, headerSenders(settings, user)] as const);
  const known = Object.fromEntries(logins) as Record<string, string[]>;
  // The trial's own login, which exists in the trial alone, besides one of that name.
  const trial = [...(known[trialLogin] ?? []), trialSender];
  return { realms: realms(settings.sasl), logins: { ...known, [trialLogin]: trial } };
}
