import { fixed, use, type OwnedParameters } from "../../settings/ownedParameters";
import type { RelaySettings } from "../../settings/settings";
import type { Facts } from "../facts";
import { ipv6Parameters } from "./ipv6";
import type { Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  compatibility_level: fixed,
  myhostname: use("myHostname"),
  mydomain: use("myDomain"),
  myorigin: use("myHostname"),
  smtpd_banner: use("smtpBanner"),
  inet_interfaces: fixed,
  inet_protocols: use("inetProtocols"),
};

/** Who the relay is, and where it listens. */
export function identity(settings: RelaySettings, facts: Facts): Parameters {
  return {
    compatibility_level: compatibilityLevel(facts.postfixVersion),
    myhostname: settings.myHostname,
    mydomain: settings.myDomain,
    myorigin: "$myhostname",
    smtpd_banner: settings.smtpBanner,
    inet_interfaces: "all",
    inet_protocols: settings.inetProtocols,
    ...ipv6Parameters(settings, facts),
  };
}

/** Levels from 3.6 on are Postfix versions; a level above the running version is an error, so older ones get 2. */
function compatibilityLevel(version: string): string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 6) ? "3.6" : "2";
}
