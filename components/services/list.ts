import type { BundleSecrets } from "../render/bundleSecrets";
import type { OwnedParameters } from "../settings/ownedParameters";
import type { RelaySettings } from "../settings/settings";
import { ban } from "./ban/service";
import { certificate } from "./certificate/service";
import { headerFrom } from "./headerFrom/service";
import { loginLimit } from "./loginLimit/service";
import { logs } from "./logs/service";
import { renewal } from "./renewal/service";
import { resolver } from "./resolver/service";
import { room } from "./room/service";
import { saslauthd } from "./saslauthd/service";
import type { HostService, Service } from "./service";
import { signer } from "./signer/service";
import { upgrades } from "./upgrades/service";
import { watch } from "./watch/service";

/** Every service there is. The order is that of their files and parameters; `watch` sees those before it. */
export const list: Service[] = [
  resolver,
  certificate,
  renewal,
  headerFrom,
  signer,
  saslauthd,
  upgrades,
  loginLimit,
  ban,
  room,
  logs,
  watch,
];

/** The services these settings ask for; without secrets their files are not complete. */
export function services(settings: RelaySettings, secrets: BundleSecrets = {}): HostService[] {
  const found: HostService[] = [];
  for (const service of list) {
    const wanted = service.of(settings, secrets, found);
    if (wanted) found.push(wanted);
  }
  return found;
}

/** The main.cf parameters of all services. */
export function ownedByServices(): OwnedParameters {
  return Object.assign({}, ...list.map(({ owned }) => owned)) as OwnedParameters;
}
