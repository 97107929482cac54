import { trialSender } from "../../proof/trialNames";
import { withoutBrackets } from "../../settings/addresses";
import type { OwnedParameters } from "../../settings/ownedParameters";
import type { AddressRewrite } from "../../settings/outgoing";
import type { DkimSettings, RelaySettings } from "../../settings/settings";
import { library } from "../library";
import type { HostFile, Service } from "../service";
import { textOf, type Value } from "../template";
import { programDigest, unit } from "../unit";

/** Where the signer's gate listens, for Postfix inside its chroot, and for the trial instance, alike. */
const port = 18891;
/** Where the signer itself does. */
const socket = "/run/mail-relay-signer.sock";

/** How many large messages the gate lets pass at the same time. */
const atOnce = 2;

const folder = "/etc/mail-relay-signer";
const gateFolder = "/usr/local/lib/mail-relay-signer-gate";
const milter = `inet:127.0.0.1:${port}`;

/** How Postfix asks the signer. */
const parameters = {
  smtpd_milters: milter,
  non_smtpd_milters: milter,
  milter_protocol: 6,
  // Rather later and signed than now and unsigned.
  milter_default_action: "tempfail",
  // Nothing may change between the signer and the next hop: see final_form.py for lines longer than this.
  smtp_line_length_limit: 998,
  disable_mime_output_conversion: true,
};

const owned: OwnedParameters = Object.fromEntries(
  Object.keys(parameters).map((name) => [
    name,
    ({ dkim }) => dkim && "is left to the signer while dkim is given; take one of the two out",
  ]),
);

/** Rspamd as a DKIM signer for Postfix (a milter). */
export const signer: Service = {
  owned,
  of(settings, { dkimKeys = [] }) {
    const { dkim } = settings;
    if (!dkim) return undefined;
    const file = (path: string, body: string): HostFile => ({ path, body, mode: 0o644 });
    const gate = [
      ...["gate.py", "final_form.py"].map((name) => file(`${gateFolder}/${name}`, textOf(__dirname, name))),
      ...library(gateFolder, "milter", "server"),
    ];
    const digest = programDigest(gate);
    return {
      name: "signer",
      unit: "mail-relay-signer.service",
      also: ["mail-relay-signer-gate.service"],
      packages: ["rspamd"],
      // The whole spam filter the package runs, in 240 MB.
      masks: [{ package: "rspamd", unit: "rspamd.service" }],
      reloads: true,
      check: `rspamadm configtest -c ${folder}/rspamd.conf`,
      files: [
        file(`${folder}/rspamd.conf`, textOf(__dirname, "rspamd.conf", configuration(settings, dkim))),
        file(`${folder}/suffixes`, textOf(__dirname, "suffixes")),
        file(`${folder}/sign_only.lua`, textOf(__dirname, "sign_only.lua")),
        file(`${folder}/envelope.lua`, textOf(__dirname, "envelope.lua", envelope(settings))),
        // All of them: without the one it signs with, a worker that is still finishing would pass mail on unsigned.
        ...dkim.selectors.map((name, index) => ({
          path: keyFile(name),
          body: dkimKeys[index] ?? "",
          mode: 0o400,
          owner: "_rspamd:_rspamd",
        })),
        ...gate,
        // systemd holds the sockets, so that new sessions wait while the signer restarts, and need not be put off.
        unit(__dirname, "mail-relay-signer.socket", { port }),
        unit(__dirname, "mail-relay-signer-gate.service", { digest, folder: gateFolder, signer: socket, atOnce }),
        unit(__dirname, "mail-relay-signer-backend.socket", { socket }),
        unit(__dirname, "mail-relay-signer.service", { memory: memory(settings.limits.messageSize) }),
      ],
      mainCf: { title: "Signatures (DKIM)", parameters },
      // The signer signs nothing at all with a key it cannot read, and lets the message pass.
      trial: {
        signature: {
          domain: trialSender.split("@")[1]!,
          selector: dkim.selectors[0]!,
          keyFile: keyFile(dkim.selectors[0]!),
        },
      },
    };
  },
};

const MIB = 1024 * 1024;

/**
 * At most so much memory, in MiB. Measured: 40 at rest and three times the message while one is signed; meanwhile others
 * come in, large ones as far as the gate lets them.
 */
function memory(messageSize: number): number {
  return Math.max(256, 128 + Math.ceil(((2 + atOnce) * messageSize) / MIB));
}

/**
 * Rspamd's own configuration is left out: of its many modules only the signing one is loaded. It is the list of public
 * suffixes that takes most of Rspamd's memory (more than 150 MB), and signing by exact domain has no use for it.
 */
function configuration({ myNetworks, limits }: RelaySettings, dkim: DkimSettings): Record<string, Value> {
  const selector = dkim.selectors[0]!;
  // The trial's message is signed too, so that a configuration which does not sign never goes live.
  const domains = [...dkim.domains, trialSender.split("@")[1]!];
  return {
    maxMessage: limits.messageSize + MIB,
    networks: myNetworks.map((network) => JSON.stringify(withoutBrackets(network))).join(", "),
    keys: domains.map(
      (domain) => `${JSON.stringify(domain)} { selector = "${selector}"; path = "${keyFile(selector)}"; }`,
    ),
  };
}

/** The tables that change the envelope's sender behind the signer's back, in Postfix's order. */
function envelope({ rewriting }: RelaySettings): Record<string, Value> {
  const table = (rewrites: AddressRewrite[]) =>
    rewrites.map(({ from, to }) => `[${JSON.stringify(from.toLowerCase())}] = ${JSON.stringify(to)},`);
  return { senders: table(rewriting.senders), canonical: table(rewriting.canonical) };
}

function keyFile(selector: string): string {
  return `${folder}/${selector}.key`;
}
