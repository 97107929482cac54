import { nextHops, type NextHop } from "../postfix/nextHops";
import { services } from "../services/list";
import type { HostService } from "../services/service";
import type { RelaySettings } from "../settings/settings";
import type { BundleSecrets } from "./bundleSecrets";

/** Settings with what follows from them in more than one file. */
export interface RelayParts {
  settings: RelaySettings;
  hops: NextHop[];
  services: HostService[];
}

/** The parts of a relay, computed once; without secrets the services' files are not complete. */
export function partsOf(settings: RelaySettings, secrets: BundleSecrets = {}): RelayParts {
  return { settings, hops: nextHops(settings), services: services(settings, secrets) };
}
