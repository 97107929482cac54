import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { presets } from "../../components/settings/presets";
import type { Lab } from "../../sandbox/lab";
import { selfSigned, type Certificate } from "../../sandbox/mail/certificate";
import { startSink, type Sink } from "../../sandbox/mail/sink";

const run = promisify(execFile);

/** A provider as its customers meet it: on its port, under TLS with a certificate for its name, for one login. */
export interface Provider {
  name: keyof typeof presets;
  region?: string;
  host: string;
  address: string;
  login: string;
  password: string;
  certificate: Certificate;
  sink: Sink;
}

/** What the providers' own pages say, written down a second time: the presets are held against it. */
const known: Record<string, { region?: string; host: string; port: number; login: string }> = {
  ses: {
    region: "eu-central-1",
    host: "email-smtp.eu-central-1.amazonaws.com",
    port: 2587,
    login: "AKIAIOSFODNN7EXAMPLE",
  },
  mailgun: { region: "eu", host: "smtp.eu.mailgun.org", port: 2525, login: "postmaster@mg.example.test" },
  sendgrid: { host: "smtp.sendgrid.net", port: 2525, login: "apikey" },
  postmark: { host: "smtp.postmarkapp.com", port: 2525, login: "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f" },
  mailjet: { host: "in-v3.mailjet.com", port: 2525, login: "0123456789abcdef0123456789abcdef" },
  smtp2go: { region: "au", host: "mail-au.smtp2go.com", port: 2525, login: "relay" },
  brevo: { host: "smtp-relay.brevo.com", port: 2525, login: "123abc@smtp-brevo.test" },
  google: { host: "smtp-relay.gmail.com", port: 587, login: "relay@example.test" },
  microsoft365: { host: "smtp.office365.com", port: 587, login: "relay@example.test" },
};

/**
 * Addresses of this machine for so many servers on the same port: of the instance's own block, on its bridge, with
 * which they go. As on the real cloud, ports 25, 465 and 587 lead only to the sandbox's own addresses.
 */
async function addressesFor(lab: Lab, count: number): Promise<string[]> {
  const { stdout } = await run("ip", ["-o", "address", "show", "to", `${lab.cloud.strangerClient}/32`]);
  const bridge = /^\d+: (\S+)/.exec(stdout)?.[1];
  if (!bridge) throw new Error(`no interface has ${lab.cloud.strangerClient}`);
  const [a, b, c, d = 0] = lab.cloud.strangerClient.split(".").map(Number);
  const addresses = Array.from({ length: count }, (_, index) => `${a}.${b}.${c}.${d - 1 - index}`);
  for (const address of addresses) await run("ip", ["address", "add", `${address}/32`, "dev", bridge]);
  return addresses;
}

/** Starts a server for each preset there is. */
export async function startProviders(lab: Lab): Promise<Provider[]> {
  const names = Object.keys(presets) as (keyof typeof presets)[];
  const open = await addressesFor(lab, names.length - 2);
  const own = [lab.cloud.gateway, lab.cloud.trustedClient];
  return Promise.all(
    names.map(async (name): Promise<Provider> => {
      const { region, host, port, login } = known[name]!;
      const address = (port === 587 ? own.shift() : open.shift())!;
      const [password, certificate] = [`canary of ${name}`, selfSigned(host)];
      const sink = await startSink({ address, port, tls: "starttls", certificate, logins: { [login]: password } });
      return { name, region, host, address, login, password, certificate, sink };
    }),
  );
}
