import type { RelayParts } from "../../render/parts";
import { withoutBrackets } from "../../settings/addresses";
import { left, type OwnedParameters } from "../../settings/ownedParameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  smtpd_milter_maps: left("it would take clients past the checks of what a login sends; use smtpd_milters instead"),
};

/**
 * Whose mail a service's milter sees on port 25: that of clients in `myNetworks`. What strangers send to the relay's own
 * accounts is neither signed nor worth the signer's time. Empty where no service has such a milter.
 */
export function renderMilterClients({ settings, services }: RelayParts): string {
  const milters = services.flatMap(({ mainCf }) => mainCf?.parameters.smtpd_milters ?? []).join(" ");
  if (milters === "") return "";
  const trusted = settings.myNetworks.map((network) => `${withoutBrackets(network)} ${milters}\n`);
  return [...trusted, "0.0.0.0/0 DISABLE\n", "::/0 DISABLE\n"].join("");
}

/** What makes port 25 use the table; listeners with a login take mail from nobody else. */
export function milterClientsOptions(parts: RelayParts): Record<string, string> {
  if (renderMilterClients(parts) === "") return {};
  return { smtpd_milter_maps: "cidr:$config_directory/milter_clients" };
}
