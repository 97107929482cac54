import { withoutBrackets } from "../../settings/addresses";
import { RelaySettings } from "../../settings/settings";
import { trialSender } from "../../proof/trialNames";
import type { HostService } from "../service";

/** Where the signer listens, for Postfix inside its chroot, and for the trial instance, alike. */
export const signerPort = 18891;

const folder = "/etc/mail-relay-signer";
const units = "/etc/systemd/system";
const stateFolder = "/var/lib/mail-relay-signer";

// systemd holds the port, so that new sessions wait while the signer restarts, and need not be put off.
const socket = `[Unit]
Description=Port of the mail relay's DKIM signer (pulumi-mail-relay)
StopWhenUnneeded=yes

[Socket]
ListenStream=127.0.0.1:${signerPort}

[Install]
WantedBy=sockets.target
`;

const MIB = 1024 * 1024;

/**
 * At most so much memory, in MiB. Measured: 40 at rest and three times the message while one is signed; others may come in
 * meanwhile.
 */
const memory = (messageSize: number) => Math.max(256, 128 + Math.ceil((4 * messageSize) / MIB));

const service = (messageSize: number) => `[Unit]
Description=DKIM signer of the mail relay (pulumi-mail-relay)
Requires=mail-relay-signer.socket
After=mail-relay-signer.socket
Before=postfix.service

[Service]
ExecStart=/usr/bin/rspamd -c ${folder}/rspamd.conf -f
# Sessions under way are finished by the old workers.
ExecReload=/bin/kill -HUP $MAINPID
User=_rspamd
NonBlocking=true
Restart=always
RestartSec=1
# Workers wait for sessions that Postfix may keep open for long.
TimeoutStopSec=5
RuntimeDirectory=mail-relay-signer
StateDirectory=mail-relay-signer
StateDirectoryMode=0700
# Its allocator, jemalloc, gives back at once what a large message took.
Environment=MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0
MemoryMax=${memory(messageSize)}M
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes

[Install]
WantedBy=multi-user.target
Also=mail-relay-signer.socket
`;

/**
 * Rspamd's own configuration is left out: of its many modules only the signing one is loaded. It is the list of public
 * suffixes that takes most of Rspamd's memory (more than 150 MB), and signing by exact domain has no use for it.
 */
function configuration({ myNetworks, limits }: RelaySettings, domains: string[], selector: string): string {
  const networks = myNetworks.map((network) => JSON.stringify(withoutBrackets(network)));
  // The trial's message is signed too, so that a configuration which does not sign never goes live.
  const keys = [...domains, trialSender.split("@")[1]!].map(
    (domain) => `    ${JSON.stringify(domain)} { selector = "${selector}"; path = "${keyFile(selector)}"; }\n`,
  );
  return `# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost.
lua = "${folder}/sign_only.lua";
options {
  filters = "dkim";
  # What Postfix takes; its own Received line comes on top.
  max_message = ${limits.messageSize + MIB};
  pidfile = "/run/mail-relay-signer/rspamd.pid";
  control_socket = "/run/mail-relay-signer/control.sock mode=0600";
  cache_file = "${stateFolder}/symbols.cache";
  hs_cache_dir = "${stateFolder}/";
  tempdir = "/tmp";
  url_tld = "${folder}/suffixes";
  local_addrs = [127.0.0.0/8];
}
logging { type = "console"; level = "warning"; systemd = true; color = false; }
worker "rspamd_proxy" {
  bind_socket = "systemd:0";
  count = 1;
  milter = yes;
  timeout = 120s;
  upstream "local" { default = yes; self_scan = yes; }
}
modules { path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }
dkim_signing {
  enabled = true;
  sign_authenticated = true;
  sign_local = true;
  sign_networks = [${networks.join(", ")}];
  use_esld = false;
  use_domain = "header";
  try_fallback = false;
  # Postfix has checked that the login may use the envelope sender, and in its domain alone may the From address be.
  allow_username_mismatch = true;
  allow_envfrom_empty = false;
  allow_hdrfrom_mismatch = false;
  domain {
${keys.join("")}  }
}
`;
}

function keyFile(selector: string): string {
  return `${folder}/${selector}.key`;
}

/** The whole spam filter the package runs, in 240 MB. */
const packaged = "rspamd.service";

/** Rspamd as a DKIM signer for Postfix (a milter); undefined when nothing is to be signed. */
export function signer(settings: RelaySettings, keys: string[] = []): HostService | undefined {
  const { dkim } = settings;
  const selector = dkim?.selectors[0];
  if (!dkim || selector === undefined) return undefined;
  return {
    name: "signer",
    unit: "mail-relay-signer.service",
    packages: ["rspamd"],
    bare: true,
    masks: [{ package: "rspamd", unit: packaged }],
    reloads: true,
    check: `rspamadm configtest -c ${folder}/rspamd.conf`,
    files: [
      { path: `${folder}/rspamd.conf`, body: configuration(settings, dkim.domains, selector), mode: 0o644 },
      { path: `${folder}/suffixes`, body: "invalid\n", mode: 0o644 },
      { path: `${folder}/sign_only.lua`, body: "", script: "services/signer/sign_only.lua", mode: 0o644 },
      // All of them: without the one it signs with, a worker that is still finishing would pass mail on unsigned.
      ...dkim.selectors.map((name, index) => ({
        path: keyFile(name),
        body: keys[index] ?? "",
        mode: 0o400,
        owner: "_rspamd:_rspamd",
      })),
      { path: `${units}/mail-relay-signer.socket`, body: socket, mode: 0o644 },
      { path: `${units}/mail-relay-signer.service`, body: service(settings.limits.messageSize), mode: 0o644 },
    ],
  };
}
