import { RelaySettings } from "../settings/settings";
import { services } from "../services/list";

/** What every relay needs from the distribution. Python runs the probes; openssl makes the first certificate. */
const basic = ["postfix", "libsasl2-2", "libsasl2-modules", "sasl2-bin", "ca-certificates", "openssl", "python3"];

/** The packages these settings need. */
export function packageNames(settings: RelaySettings): string[] {
  // For the look at the address mail leaves from, see reputation.py.
  const reputation = settings.relayHost ? [] : ["python3-dnspython"];
  return [...new Set([...basic, ...reputation, ...services(settings).flatMap(({ packages }) => packages)])];
}

/** Units of these packages that are not to run. */
export function maskedUnits(settings: RelaySettings): { package: string; unit: string }[] {
  return services(settings).flatMap(({ masks = [] }) => masks);
}

/** Those of them that user data can install already. */
export function earlyPackageNames(settings: RelaySettings): string[] {
  const bare = services(settings).flatMap((service) => (service.bare ? service.packages : []));
  return packageNames(settings).filter((name) => !bare.includes(name));
}

/** For debconf: without a configuration of its own the package does not start Postfix before the relay's is there. */
export const preseed = "postfix postfix/main_mailer_type select No configuration";
