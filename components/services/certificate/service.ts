import { library } from "../library";
import type { HostFile, Service } from "../service";
import { textOf } from "../template";
import { unit, unitFolder } from "../unit";

const folder = "/usr/local/lib/mail-relay-certificate";
const configFile = "/etc/mail-relay-certificate.json";
const authority = "/etc/mail-relay-acme-ca.pem";
/** Named in dns01.py too. */
const tokenFile = "/etc/mail-relay-digitalocean-token";

/** Each way to prove the name: the file that knows it, the modules and packages it needs, and the port the authority comes to. */
const challenges = {
  // From addresses nobody knows; certbot listens for that moment only.
  "http-01": { script: "http01.py", library: ["address", "lookup"], packages: ["python3-dnspython"], inbound: [80] },
  "dns-01": { script: "dns01.py", library: [], packages: [], inbound: [] },
};

const program = (name: string, script: string, mode: number): HostFile => ({
  path: `${folder}/${name}`,
  body: textOf(__dirname, script),
  mode,
});

/** The ports that are open on their way out for packages. */
const openAnyway = [80, 443];

/**
 * The timer that has the first certificate issued, and steps in where certbot's own timer did not renew. Three tries an
 * hour stay below Let's Encrypt's limit of five failures.
 */
export const certificate: Service = {
  of({ myHostname, tls }, { digitalOceanToken = "" }) {
    if (!tls.acme) return undefined;
    const { email, directoryUrl, caCertificate } = tls.acme;
    const challenge = challenges[tls.acme.challenge];
    const port = Number(new URL(directoryUrl).port || 443);
    const config = {
      hostname: myHostname,
      email,
      directoryUrl,
      authority: caCertificate === undefined ? undefined : authority,
    };
    const own: HostFile[] = [];
    if (caCertificate !== undefined) {
      own.push(
        { path: authority, body: caCertificate.trim() + "\n", mode: 0o644 },
        // certbot's own timer renews with `certbot renew`, which has to trust the directory's server too.
        {
          path: `${unitFolder}/certbot.service.d/mail-relay.conf`,
          body: textOf(__dirname, "certbot.conf"),
          mode: 0o644,
        },
      );
    }
    if (tls.acme.challenge === "dns-01") {
      own.push({ path: tokenFile, body: digitalOceanToken + "\n", mode: 0o600 });
    }
    return {
      name: "certificate",
      unit: "mail-relay-certificate.timer",
      packages: ["certbot", ...challenge.packages],
      files: [
        program("certificate.py", "certificate.py", 0o644),
        program("challenge.py", challenge.script, 0o644),
        program("install.sh", "install.sh", 0o755),
        ...library(folder, "lock", "process", "x509", ...challenge.library),
        { path: configFile, body: JSON.stringify(config) + "\n", mode: 0o644 },
        ...own,
        ...["mail-relay-certificate.service", "mail-relay-certificate.timer"].map((name) => unit(__dirname, name)),
      ],
      ports: { inbound: challenge.inbound, outbound: openAnyway.includes(port) ? [] : [port] },
    };
  },
};
