import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { defaults } from "../settings/defaults";
import type { HostConnection } from "./step";

/** A step that takes longer has probably not reached its host yet. */
const usualSeconds = 60;

/**
 * Says which host a step is waiting for, and what to check, once that takes unusually long: the provider's own messages
 * name no host until it gives up, and then no remedy.
 */
export function explainDelay(
  step: command.remote.Command,
  host: HostConnection,
  dependsOn: pulumi.CustomResourceOptions["dependsOn"],
): void {
  // A step starts when all it waits for is there.
  const ready = pulumi.output(dependsOn).apply((all) => pulumi.all([all ?? []].flat().map(({ urn }) => urn)));
  pulumi.all([host.connection, ready]).apply(([connection]) => {
    const timer = setTimeout(
      () => void pulumi.log.info(advice(connection), step).catch(() => undefined),
      usualSeconds * 1000,
    );
    timer.unref();
    step.stdout.apply(() => clearTimeout(timer));
  });
}

function advice({ host, port, user }: command.types.output.remote.Connection): string {
  const where = `${user ?? defaults.hostUser} at ${host}, port ${port ?? defaults.hostPort}`;
  return (
    `still waiting for ${where}. A host that cannot be reached is given up after about two minutes: check that it ` +
    "runs, that its firewall lets this machine in (droplet.sshSources), and that host key, user and private key are " +
    "the right ones; see docs/errors.md"
  );
}
