import * as pulumi from "@pulumi/pulumi";
import { Proof } from "../args";
import { renderBundle, RenderedFile, unsupported } from "../render/bundle";
import { Facts, parseFacts, releaseDependentParameters } from "../render/facts";
import { renderMainCf } from "../render/mainCf";
import { renderMasterCf } from "../render/masterCf";
import { packages } from "../render/packages";
import { proofPlan } from "../render/probes";
import { Credential, renderUserDatabase } from "../render/sasl";
import { RelaySettings } from "../settings/settings";
import { describeIssues } from "../settings/validate";
import { CheckedSecrets } from "../inputs";
import { RelayHost } from "./host";
import { hostStep } from "./step";

/** What the steps on the host leave for the component's outputs. */
export interface StepResults {
  facts: pulumi.Output<Facts>;
  mainCf: pulumi.Output<string>;
  masterCf: pulumi.Output<string>;
  proof: pulumi.Output<Proof>;
}

/**
 * install, users, apply, proof: one after the other, each on one SSH connection. Users come before apply so that its
 * smoke test can log in for real. What waits for the proof comes last.
 */
export function createSteps(
  name: string,
  host: RelayHost,
  settings: pulumi.Output<RelaySettings>,
  secrets: CheckedSecrets,
  opts: pulumi.CustomResourceOptions,
): StepResults {
  const after = (...resources: pulumi.Resource[]) => pulumi.mergeOptions(opts, { dependsOn: resources });

  const install = hostStep(`${name}-install`, "install", host, ["lib.sh"], installFiles(host), after(...host.ready));
  const facts = install.stdout.apply(parseFacts);

  const userFiles = pulumi
    .all([settings, secrets.passwords])
    .apply(([resolved, given]) => [
      text("users", renderUserDatabase(credentials(resolved, given), resolved.sasl.realm)),
    ]);
  const users = hostStep(`${name}-users`, "users", host, ["lib.sh"], userFiles, after(install));

  const bundle = pulumi.all([settings, facts, secrets.relayHostPassword]).apply(([resolved, found, password]) => {
    const impossible = unsupported(resolved, found);
    if (impossible.length > 0) throw new pulumi.RunError(describeIssues(name, impossible));
    return renderBundle(resolved, found, password);
  });
  const applyFiles = bundle.apply(({ generation, files }) => [text("generation", generation), ...files]);
  const apply = hostStep(`${name}-apply`, "apply", host, ["lib.sh", "trial.sh", "probe.py"], applyFiles, after(users));

  const proofFiles = pulumi.all([settings, secrets.passwords, bundle]).apply(([resolved, given, { generation }]) => [
    // Only named so that a new configuration is proved anew.
    text("generation", generation),
    text("proof.plan", JSON.stringify(proofPlan(resolved, credentials(resolved, given)))),
  ]);
  const proof = hostStep(`${name}-proof`, "proof", host, ["lib.sh", "probe.py"], proofFiles, after(apply, users));

  host.finish?.(proof);

  const rendered = pulumi.all([settings, facts]);
  return {
    facts,
    mainCf: rendered.apply((both) => renderMainCf(...both)),
    masterCf: settings.apply((resolved) => renderMasterCf(resolved)),
    proof: proof.stdout.apply((stdout) => JSON.parse(stdout) as Proof),
  };
}

function installFiles(host: RelayHost): pulumi.Output<RenderedFile[]> {
  const files = [
    text("packages", packages.names.join("\n") + "\n"),
    text("preseed", packages.preseed + "\n"),
    text("parameters", releaseDependentParameters.join("\n") + "\n"),
  ];
  // Only a droplet has the metadata service that shows our user data.
  return pulumi.output(host.deletedWith ? [...files, text("close-metadata", "")] : files);
}

function credentials({ users }: RelaySettings, passwords: string[]): Credential[] {
  return users.map(({ login }, index) => ({ login, password: passwords[index] ?? "" }));
}

function text(path: string, body: string): RenderedFile {
  return { path, body, mode: 0o600 };
}
