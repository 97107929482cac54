import type { RelayParts } from "./parts";
import type { RenderedFile } from "./renderedFile";

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

/** What `components/host/packages.sh` reads. */
export function packageFiles(parts: RelayParts): RenderedFile[] {
  const masks = parts.services.flatMap(({ masks = [] }) => masks);
  return [
    lines("packages", packageNames(parts)),
    lines(
      "masks",
      masks.map((mask) => `${mask.package} ${mask.unit}`),
    ),
    // Without a configuration of its own the package does not start Postfix before the relay's is there.
    lines("preseed", ["postfix postfix/main_mailer_type select No configuration"]),
  ];
}

const lines = (path: string, all: string[]): RenderedFile => ({
  path,
  body: all.map((line) => `${line}\n`).join(""),
  mode: 0o600,
});
