import type { RelayParts } from "../../render/parts";
import { chosenParameter } from "../../settings/chosenParameters";
import { fixed, type OwnedParameters } from "../../settings/ownedParameters";
import type { Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  login_milters: fixed,
};

/**
 * The milters of the listeners with a login: those of all listeners, and those that only look at logins. They cannot name
 * `$smtpd_milters`, which these replace. What a service checks comes before its signature, and a count at the very end.
 */
export function loginMilters({ settings, services }: RelayParts, { inTrial = false } = {}): Parameters {
  if (!services.some(({ logins }) => logins?.milter)) return {};
  const ofAll = chosenParameter(settings, "smtpd_milters") ?? "";
  const found = services.flatMap(({ logins, mainCf }) => {
    const { milter } = logins ?? {};
    if (milter) return inTrial && !milter.inTrial ? [] : [milter.address];
    return mainCf?.parameters.smtpd_milters ?? [];
  });
  return { login_milters: [ofAll, ...found].map(String).filter((milter) => milter !== "") };
}

/** What makes a listener use them. */
export function loginMilterOptions(parts: RelayParts): Record<string, string> {
  return Object.keys(loginMilters(parts)).length > 0 ? { smtpd_milters: "$login_milters" } : {};
}
