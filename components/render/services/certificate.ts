import { RelaySettings } from "../../settings/settings";
import type { HostFile, HostService } from "../services";
import { library } from "./library";

const folder = "/usr/local/lib/mail-relay-certificate";
const configFile = "/etc/mail-relay-certificate.json";
const authority = "/etc/mail-relay-acme-ca.pem";
/** Named in dns01.py too. */
const tokenFile = "/etc/mail-relay-digitalocean-token";

const service = `[Unit]
Description=Get the mail relay's certificate, unless it has a good one (pulumi-mail-relay)
After=network-online.target postfix.service
# Started by hand as often as somebody likes.
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=python3 -B ${folder}/certificate.py ${configFile}
TimeoutStartSec=300
`;

// Three tries an hour stay below Let's Encrypt's limit of five failures.
const timer = `[Unit]
Description=See to the mail relay's certificate (pulumi-mail-relay)

[Timer]
OnActiveSec=20min
OnUnitActiveSec=20min

[Install]
WantedBy=timers.target
`;

/** certbot's own timer renews with \`certbot renew\`, which has to trust the directory's server too. */
const renewal = `[Service]
ExecStartPre=python3 -B ${folder}/certificate.py ${configFile} --authorities
Environment=REQUESTS_CA_BUNDLE=/run/mail-relay-acme-ca.pem
`;

/** Each way to prove the name: the file that knows it, and the packages it needs. */
const challenges = {
  "http-01": { script: "certificate/http01.py", library: ["address", "lookup"], packages: ["python3-dnspython"] },
  "dns-01": { script: "certificate/dns01.py", library: [], packages: [] },
};

/** The timer that has the first certificate issued, and steps in where certbot's own timer did not renew; undefined without ACME. */
export function certificate({ myHostname, tls }: RelaySettings, digitalOceanToken = ""): HostService | undefined {
  if (!tls.acme) return undefined;
  const { email, directoryUrl, caCertificate } = tls.acme;
  const challenge = challenges[tls.acme.challenge];
  const config = {
    hostname: myHostname,
    email,
    directoryUrl,
    authority: caCertificate === undefined ? undefined : authority,
  };
  const own: HostFile[] =
    caCertificate === undefined
      ? []
      : [
          { path: authority, body: caCertificate.trim() + "\n", mode: 0o644 },
          { path: "/etc/systemd/system/certbot.service.d/mail-relay.conf", body: renewal, mode: 0o644 },
        ];
  if (tls.acme.challenge === "dns-01") {
    own.push({ path: tokenFile, body: digitalOceanToken + "\n", mode: 0o600 });
  }
  return {
    name: "certificate",
    unit: "mail-relay-certificate.timer",
    packages: ["certbot", ...challenge.packages],
    files: [
      { path: `${folder}/certificate.py`, body: "", script: "certificate/certificate.py", mode: 0o644 },
      { path: `${folder}/challenge.py`, body: "", script: challenge.script, mode: 0o644 },
      { path: `${folder}/install.sh`, body: "", script: "certificate/install.sh", mode: 0o755 },
      ...library(folder, "process", "x509", ...challenge.library),
      { path: configFile, body: JSON.stringify(config) + "\n", mode: 0o644 },
      ...own,
      { path: "/etc/systemd/system/mail-relay-certificate.service", body: service, mode: 0o644 },
      { path: "/etc/systemd/system/mail-relay-certificate.timer", body: timer, mode: 0o644 },
    ],
  };
}

/** The ports the firewalls must let through for it, besides those that are open anyway. */
export function acmePorts({ tls }: RelaySettings): { inbound: number[]; outbound: number[] } {
  if (!tls.acme) return { inbound: [], outbound: [] };
  const port = Number(new URL(tls.acme.directoryUrl).port || 443);
  const inbound = tls.acme.challenge === "http-01" ? [80] : [];
  return { inbound, outbound: [80, 443].includes(port) ? [] : [port] };
}
