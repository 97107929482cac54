import type { SuppliedCertificate } from "../settings/settings";

/** The secrets that files of the bundle hold. */
export interface BundleSecrets {
  relayHostPassword?: string;
  /** Those of `relayRoutes` and `transports`, by the option that names their smart host. */
  routePasswords?: Record<string, string | undefined>;
  alertWebhook?: string;
  /** Private keys in the order of the selectors, PEM. */
  dkimKeys?: string[];
  certificate?: SuppliedCertificate;
  digitalOceanToken?: string;
}
