import * as pulumi from "@pulumi/pulumi";
import { MailRelayArgs } from "./args";
import { checkedSecrets, checkPlainValues, resolvedSettings } from "./inputs";
import { ClientServer, DnsRecord, Endpoint, HostFacts, Proof, SshAccess } from "./outputs";
import { createDkimKeys } from "./provision/dkim";
import { createDnsRecords } from "./provision/dns";
import { createHost, givenHost, sshAccess } from "./provision/host";
import { createPasswords } from "./provision/keys";
import { createSteps } from "./provision/steps";
import { clientSettings, renderAutoconfig } from "./render/clientSettings";
import { dkimRecord } from "./render/dkimKey";
import { dnsRecords } from "./render/dnsRecords";
import { endpoints } from "./settings/listeners";
import { warnings } from "./settings/warnings";

/** The type of version 0.1: relays of that time stay the same resources, their children included. */
const formerType = "pulumi-mail-relay:index:MailRelay";

/**
 * An authenticated Postfix relay on a DigitalOcean droplet or on a server you already have. A deploy ends by proving
 * that every login works and that strangers cannot relay; a configuration that fails its tests is never left live.
 */
export class MailRelay extends pulumi.ComponentResource {
  /** The relay's fully qualified host name. */
  public readonly hostname: pulumi.Output<string>;
  /** The public IPv4 address, or for a given host the address it was given by. */
  public readonly address: pulumi.Output<string>;
  /** The droplet's public IPv6 address with `droplet.ipv6`, else empty. No DNS record leads to it: see docs/dns.md. */
  public readonly ipv6Address: pulumi.Output<string>;
  /** The droplet's id; empty for a given host. */
  public readonly dropletId: pulumi.Output<string>;
  /** The ports clients can use. */
  public readonly endpoints: pulumi.Output<Endpoint[]>;
  /** For each login the servers it can use, best first; no password is in it. */
  public readonly clientSettings: pulumi.Output<Record<string, ClientServer[]>>;
  /** The mail domain's config-v1.1.xml, by which Thunderbird and others set themselves up. */
  public readonly autoconfig: pulumi.Output<string>;
  /** Login to password. Secret. */
  public readonly logins: pulumi.Output<Record<string, string>>;
  /** The DNS records the relay needs, each with its reason; `manageDns` creates them. */
  public readonly dnsRecords: pulumi.Output<DnsRecord[]>;
  /** What the install step found on the host. */
  public readonly facts: pulumi.Output<HostFacts>;
  /** The rendered main.cf; it holds no secret. Preview shows what a change does to it. */
  public readonly mainCf: pulumi.Output<string>;
  /** The rendered master.cf; it holds no secret. */
  public readonly masterCf: pulumi.Output<string>;
  /** What the last deploy proved, and the certificate it was shown. */
  public readonly proof: pulumi.Output<Proof>;
  /** How the command `mail-relay` reaches the host, deploy key included. Secret. */
  public readonly ssh: pulumi.Output<SshAccess>;

  constructor(name: string, args: MailRelayArgs, opts?: pulumi.ComponentResourceOptions) {
    // Inputs given here would be kept in state in clear, so none are.
    super("mail-relay:index:MailRelay", name, {}, pulumi.mergeOptions(opts, { aliases: [{ type: formerType }] }));
    const child = { parent: this };

    checkPlainValues(name, args);
    const settings = resolvedSettings(name, args);
    settings.apply((resolved) => warnings(resolved).forEach((warning) => void pulumi.log.warn(warning, this)));
    const passwords = createPasswords(name, args.users ?? [], child);
    const secrets = checkedSecrets(name, args, passwords, createDkimKeys(name, args.dkim, child));
    const host = args.droplet
      ? createHost(name, args.droplet, settings, secrets.deployKey, child)
      : givenHost(args.host!, secrets.deployKey);
    const steps = createSteps(name, host, args.driftCheck ?? false, settings, secrets, child);
    steps.preflight.apply((found) =>
      found.forEach((text) => void pulumi.log.warn(`the last deploy found that mail cannot leave: ${text}`, this)),
    );

    this.hostname = settings.myHostname;
    this.address = steps.address;
    this.ipv6Address = host.ipv6Address;
    this.dropletId = host.dropletId;
    this.endpoints = settings.apply(endpoints);
    this.clientSettings = settings.apply(clientSettings);
    this.autoconfig = settings.apply(renderAutoconfig);
    this.logins = pulumi.secret(
      pulumi
        .all([settings, secrets.passwords])
        .apply(([{ users }, given]) =>
          Object.fromEntries(users.map(({ login }, index) => [login, given[index] ?? ""])),
        ),
    );
    const publicKeys = pulumi.unsecret(secrets.dkimKeys.apply((keys) => keys.map(dkimRecord)));
    const records = pulumi
      .all([settings, steps.address, host.address, publicKeys])
      .apply(([resolved, clients, sending, keys]) => dnsRecords(resolved, { clients, sending }, keys));
    if (args.manageDns) createDnsRecords(name, args, settings.dns, records, child);
    this.dnsRecords = records.apply((all) =>
      all.map(({ name, type, value, ttl, why }) => ({ name, type, value, ttl, why })),
    );
    this.facts = steps.facts;
    this.mainCf = steps.mainCf;
    this.masterCf = steps.masterCf;
    this.proof = steps.proof;
    this.ssh = sshAccess(host);
    this.registerOutputs({
      hostname: this.hostname,
      address: this.address,
      ipv6Address: this.ipv6Address,
      dropletId: this.dropletId,
      endpoints: this.endpoints,
      clientSettings: this.clientSettings,
      autoconfig: this.autoconfig,
      logins: this.logins,
      dnsRecords: this.dnsRecords,
      facts: this.facts,
      mainCf: this.mainCf,
      masterCf: this.masterCf,
      proof: this.proof,
      ssh: this.ssh,
    });
  }
}
