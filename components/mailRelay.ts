import * as pulumi from "@pulumi/pulumi";
import { MailRelayArgs } from "./args";
import { checkedSecrets, checkPlainValues, resolvedSettings } from "./inputs";
import { Endpoint, HostFacts, Proof, SshAccess } from "./outputs";
import { createHost, givenHost, sshAccess } from "./provision/host";
import { createPasswords } from "./provision/keys";
import { createSteps } from "./provision/steps";
import { endpoints } from "./render/masterCf";
import { warnings } from "./settings/warnings";

/**
 * An authenticated Postfix relay on a DigitalOcean droplet or on a server you already have. A deploy ends by proving
 * that every login works and that strangers cannot relay; a configuration that fails its tests is never left live.
 */
export class MailRelay extends pulumi.ComponentResource {
  /** The relay's fully qualified host name. */
  public readonly hostname: pulumi.Output<string>;
  /** The public IPv4 address, or for a given host the address it was given by. */
  public readonly address: pulumi.Output<string>;
  /** The droplet's id; empty for a given host. */
  public readonly dropletId: pulumi.Output<string>;
  /** The ports clients can use. */
  public readonly endpoints: pulumi.Output<Endpoint[]>;
  /** Login to password. Secret. */
  public readonly logins: pulumi.Output<Record<string, string>>;
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
    super("pulumi-mail-relay:index:MailRelay", name, {}, opts);
    const child = { parent: this };

    checkPlainValues(name, args);
    const settings = resolvedSettings(name, args);
    settings.apply((resolved) => warnings(resolved).forEach((warning) => void pulumi.log.warn(warning, this)));
    const passwords = createPasswords(name, args.users ?? [], child);
    const secrets = checkedSecrets(name, args, passwords);
    const host = args.droplet ? createHost(name, args.droplet, settings, child) : givenHost(args.host!);
    const steps = createSteps(name, host, args.driftCheck ?? false, settings, secrets, child);

    this.hostname = settings.myHostname;
    this.address = host.address;
    this.dropletId = host.dropletId;
    this.endpoints = settings.apply(endpoints);
    this.logins = pulumi.secret(
      pulumi
        .all([settings, secrets.passwords])
        .apply(([{ users }, given]) =>
          Object.fromEntries(users.map(({ login }, index) => [login, given[index] ?? ""])),
        ),
    );
    this.facts = steps.facts;
    this.mainCf = steps.mainCf;
    this.masterCf = steps.masterCf;
    this.proof = steps.proof;
    this.ssh = sshAccess(host);
    this.registerOutputs({
      hostname: this.hostname,
      address: this.address,
      dropletId: this.dropletId,
      endpoints: this.endpoints,
      logins: this.logins,
      facts: this.facts,
      mainCf: this.mainCf,
      masterCf: this.masterCf,
      proof: this.proof,
      ssh: this.ssh,
    });
  }
}
