import { parseNetwork } from "../addresses";
import { RelayInput } from "../input";
import { RelaySecrets } from "../secrets";
import { checkPort, quote, Report } from "./report";

/** The script on the host must end before its launcher ends it, which is after half an hour. */
const longestDrain = 1200;

/** Which of them exist is for DigitalOcean to say; images and sizes come and go. */
const slugs = { region: "fra1", size: "s-1vcpu-1gb", image: "ubuntu-24-04-x64" };

/** The machine the relay runs on. */
export function checkTarget({ droplet, host }: RelayInput, report: Report): void {
  if (droplet && host) report("host", "given together with droplet; give exactly one of the two");
  if (!droplet && !host) report("droplet", "missing; give droplet to create one, or host to use an existing server");
  if (droplet) {
    if (!droplet.region) report("droplet.region", "missing; give a region slug, for example fra1");
    for (const [option, example] of Object.entries(slugs)) {
      const slug = droplet[option as keyof typeof slugs];
      if (slug && !/^[^\s\p{Cc}]{1,128}$/u.test(slug)) {
        report(`droplet.${option}`, `${quote(slug)} is not a slug of DigitalOcean, for example ${example}`);
      }
    }
    if (!droplet.sshSources?.length) {
      report("droplet.sshSources", "missing; list the CIDR ranges SSH may come from, this machine's included");
    }
    droplet.sshSources?.forEach((text, index) => {
      // Brackets are Postfix's way to write IPv6, which DigitalOcean refuses.
      if (!parseNetwork(text) || text.includes("[")) {
        report(
          `droplet.sshSources[${index}]`,
          `${quote(text)} is not an address or CIDR range, for example 192.0.2.0/24 or 2001:db8::/64`,
        );
      }
    });
    droplet.tags?.forEach((tag, index) => {
      if (!/^[A-Za-z0-9_:-]{1,255}$/.test(tag)) {
        report(
          `droplet.tags[${index}]`,
          `${quote(tag)} is not a tag; use letters, digits, colons, dashes, underscores`,
        );
      }
    });
    const { drainSeconds = 0 } = droplet;
    if (!(Number.isInteger(drainSeconds) && drainSeconds >= 0 && drainSeconds <= longestDrain)) {
      report(
        "droplet.drainSeconds",
        `${quote(drainSeconds)} is not a time to drain; use a whole number of seconds from 0 to ${longestDrain}`,
      );
    }
  }
  if (host) {
    if (!host.address) report("host.address", "missing; give the server's address or name");
    if (!host.hostKey || !/^ssh-ed25519 [A-Za-z0-9+/]+=*( [^\n]*)?\n?$/.test(host.hostKey)) {
      report(
        "host.hostKey",
        `${quote(host.hostKey)} is not an ED25519 public host key in one line (ssh-ed25519 AAAA...); ` +
          "read it on the server itself: cat /etc/ssh/ssh_host_ed25519_key.pub",
      );
    }
    checkPort("host.port", host.port, report);
  }
}

/** The key that deploys log in with; never quotes it. */
export function checkDeployKey(key: RelaySecrets["deployKey"], report: Report): void {
  const { option = "", privateKey } = key ?? {};
  if (privateKey === undefined) return;
  if (typeof privateKey !== "string") report(option, "is not text; give the private key's content");
  else if (privateKey.trim() === "") report(option, "is empty; give the private key's content");
}
