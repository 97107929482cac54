import { RelayHostSettings } from "../settings/settings";

/** Postfix's `smtp_sasl_password_maps` for the smart host; the key is exactly what `relayhost` says. */
export function renderRelayPassword(relayHost: RelayHostSettings, password: string): string {
  return `[${relayHost.host}]:${relayHost.port} ${relayHost.login ?? ""}:${password}\n`;
}
