import type { RelayParts } from "./parts";

/** What every relay needs from the distribution. Python runs the probes; openssl makes the first certificate. */
const basic = ["postfix", "libsasl2-2", "libsasl2-modules", "sasl2-bin", "ca-certificates", "openssl", "python3"];

/** The packages a relay needs. */
export function packageNames(parts: RelayParts): string[] {
  return [...new Set([...basic, ...lookup(parts), ...parts.services.flatMap(({ packages }) => packages)])];
}

/** For the look at the address mail leaves from, see reputation.py, and at the names of smart hosts, see hopaddress.py. */
function lookup({ settings, hops }: RelayParts): string[] {
  const needed = !settings.relayHost || (hops.length > 0 && settings.preflight !== "off");
  return needed ? ["python3-dnspython"] : [];
}

/** Units of these packages that are not to run. */
export function maskedUnits({ services }: RelayParts): { package: string; unit: string }[] {
  return services.flatMap(({ masks = [] }) => masks);
}

/** Those of them that user data can install already. */
export function earlyPackageNames(parts: RelayParts): string[] {
  const bare = parts.services.flatMap((service) => (service.bare ? service.packages : []));
  return packageNames(parts).filter((name) => !bare.includes(name));
}

/** For debconf: without a configuration of its own the package does not start Postfix before the relay's is there. */
export const preseed = "postfix postfix/main_mailer_type select No configuration";
