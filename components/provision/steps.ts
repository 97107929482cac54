import * as pulumi from "@pulumi/pulumi";
import { Proof } from "../outputs";
import { renderBundle, unsupported } from "../render/bundle";
import { BundleSecrets } from "../render/bundleSecrets";
import { RenderedFile } from "../render/renderedFile";
import { Facts, parseFacts, releaseDependentParameters } from "../postfix/facts";
import { renderMainCf } from "../postfix/mainCf";
import { renderMasterCf } from "../postfix/masterCf";
import { partsOf } from "../render/parts";
import { packageFiles } from "../render/packages";
import { proofPlan } from "../proof/probes";
import { reputationPlan } from "../proof/reputation";
import { Credential, renderUserDatabase } from "../postfix/sasl";
import { fingerprint } from "../settings/certificates";
import { RelaySettings, SuppliedCertificate, UserSettings } from "../settings/settings";
import { describeIssues } from "../settings/validate";
import { hostScript, hostUnit, keptInput } from "./archive";
import { Machine } from "./host";
import { hostStep } from "./step";

/** What the steps on the host leave for the component's outputs. */
interface StepResults {
  facts: pulumi.Output<Facts>;
  mainCf: pulumi.Output<string>;
  masterCf: pulumi.Output<string>;
  /** What was wrong with the next hops when the configuration was last deployed, as sentences. */
  preflight: pulumi.Output<string[]>;
  proof: pulumi.Output<Proof>;
  /** Where clients reach the relay. */
  address: pulumi.Output<string>;
}

/** The secrets of a relay, each checked. */
export interface StepSecrets {
  /** In the order of the users. */
  passwords: pulumi.Output<string[]>;
  /** In the order of the users; undefined for a user without one. */
  previousPasswords: pulumi.Output<(string | undefined)[]>;
  relayHostPassword: pulumi.Output<string | undefined>;
  /** By the option that names the smart host. */
  routePasswords: pulumi.Output<Record<string, string | undefined>>;
  alertWebhook: pulumi.Output<string | undefined>;
  /** In the order of the selectors; empty without `dkim`. */
  dkimKeys: pulumi.Output<string[]>;
  /** Undefined unless one was supplied. */
  certificate: pulumi.Output<SuppliedCertificate | undefined>;
  digitalOceanToken: pulumi.Output<string | undefined>;
  /** Undefined where one is generated. */
  deployKey: pulumi.Output<string | undefined>;
}

/** What verifies the signature that the trial's message must have, where it must have one. */
const verifiers = (files: RenderedFile[]) =>
  files.some(({ path }) => path === "trial.signature") ? ["signature.py", "lib/dkim.py"].map(hostScript) : [];

const library = (...names: string[]) => names.map((name) => `lib/${name}.py`);

/** What notes what is installed. */
const noteLibrary = library("__init__", "installed", "postfix", "process", "sasldb", "values");

/** The same, and what compares the host with the notes. */
const driftLibrary = [...noteLibrary, ...library("differences", "listeners", "smtp")];

const usersSources = ["lib.sh", "chroot.sh", "stores.sh", "generation.sh", "inputs.sh", ...noteLibrary];
const applySources = [
  ...usersSources,
  "services.sh",
  "certificate.sh",
  "preflight.sh",
  "preflight.py",
  "verification.py",
  "nexthop.py",
  "restart.conf",
  "postfix.service.conf",
  "postfix@-.service.conf",
  "hopaddress.py",
  "trial.sh",
  "probe.py",
  ...library("address", "listeners", "lookup", "smtp", "x509"),
];

/**
 * install, users, apply, proof: one after the other, each on one SSH connection. Users come before apply so that its
 * smoke test can log in for real. What waits for the proof comes last.
 */
export function createSteps(
  name: string,
  found: Machine,
  driftCheck: boolean,
  settings: pulumi.Output<RelaySettings>,
  secrets: StepSecrets,
  opts: pulumi.CustomResourceOptions,
): StepResults {
  const after = (...resources: pulumi.Resource[]) => pulumi.mergeOptions(opts, { dependsOn: resources });

  const host = driftCheck ? checkedForDrift(name, found, opts) : found;

  const install = hostStep(
    `${name}-install`,
    "install",
    host,
    ["lib.sh", "chroot.sh", "packages.sh"],
    installFiles(host, settings),
    after(...host.ready),
  );
  const facts = install.stdout.apply(parseFacts);

  const credentials = pulumi
    .all([settings, secrets.passwords, secrets.previousPasswords])
    .apply(([{ users }, given, previous]) =>
      users.map((user, index) => credential(user, given[index], previous[index])),
    );
  const userFiles = pulumi
    .all([settings, credentials])
    .apply(([{ sasl, keepUnmanagedUsers }, all]) => [
      text("users", renderUserDatabase(all, sasl)),
      text("store", sasl.store),
      ...(keepUnmanagedUsers ? [text("keep-unmanaged", "")] : []),
    ]);
  const usersInput = userFiles.apply((files) => keptInput("users", usersSources, files));
  const users = hostStep(
    `${name}-users`,
    "users",
    host,
    usersSources,
    usersInput.apply(({ given }) => given),
    after(install),
  );

  const bundle = pulumi.all([settings, facts, bundleSecrets(secrets)]).apply(([resolved, found, ofBundle]) => {
    const impossible = unsupported(resolved, found);
    if (impossible.length > 0) throw new pulumi.RunError(describeIssues(name, impossible));
    return renderBundle(resolved, found, ofBundle);
  });
  const applyInput = bundle.apply(({ generation, files }) =>
    keptInput("apply", applySources, [text("generation", generation), ...files, ...verifiers(files)]),
  );
  const apply = hostStep(
    `${name}-apply`,
    "apply",
    host,
    applySources,
    applyInput.apply(({ given }) => given),
    after(users),
  );

  const proofFiles = pulumi
    .all([settings, credentials, usersInput, applyInput, secrets.certificate])
    .apply(([resolved, all, ofUsers, ofApply, certificate]) => [
      // For running both steps again. Both are told the store.
      ...ofUsers.brought.filter(({ path }) => !ofApply.brought.some((other) => other.path === path)),
      ...ofApply.brought,
      text("input.users", ofUsers.name),
      text("input.apply", ofApply.name),
      text(
        "proof.plan",
        JSON.stringify({
          ...proofPlan(resolved, all, certificate && fingerprint(certificate)),
          ...reputationPlan(resolved),
        }),
      ),
    ]);
  const proofSources = [
    ...["lib.sh", "generation.sh", "inputs.sh", "probe.py", "reputation.py"],
    ...library("__init__", "address", "lookup", "sasldb", "process", "smtp", "x509"),
  ];
  const proof = hostStep(`${name}-proof`, "proof", host, proofSources, proofFiles, after(apply, users));

  const address = host.finish?.(proof) ?? host.address;

  const parts = settings.apply((resolved) => partsOf(resolved));
  const rendered = pulumi.all([parts, facts]);
  return {
    facts,
    mainCf: rendered.apply((both) => renderMainCf(...both)),
    masterCf: parts.apply((all) => renderMasterCf(all)),
    address,
    preflight: apply.stdout.apply((stdout) => (JSON.parse(stdout) as { preflight?: string[] }).preflight ?? []),
    proof: proof.stdout.apply((stdout) => ({
      warnings: [],
      blockLists: [],
      ...(JSON.parse(stdout) as Omit<Proof, "warnings" | "blockLists">),
    })),
  };
}

/**
 * The host after a look at it, in every `up`, for what has changed there since the last. What was found makes it another
 * machine in the eyes of the steps, so they run again and repair it.
 */
function checkedForDrift(name: string, host: Machine, opts: pulumi.CustomResourceOptions): Machine {
  const now = pulumi.output([text("now", new Date().toISOString())]);
  const after = pulumi.mergeOptions(opts, { dependsOn: host.ready });
  const drift = hostStep(`${name}-drift`, "drift", host, ["lib.sh", "drift.py", ...driftLibrary], now, after);
  const machine = pulumi.all([host.machine, drift.stdout]).apply(([known, stdout]) => {
    const { token } = JSON.parse(stdout) as { token: string };
    return [known, token].filter((part) => part !== "").join(" ");
  });
  return { ...host, machine, ready: [...host.ready, drift] };
}

function installFiles(host: Machine, settings: pulumi.Output<RelaySettings>): pulumi.Output<RenderedFile[]> {
  return settings.apply((resolved) => [
    ...packageFiles(partsOf(resolved)),
    text("parameters", releaseDependentParameters.join("\n") + "\n"),
    // Only a droplet has the metadata service that shows our user data.
    ...(host.deletedWith ? [hostUnit("mail-relay-metadata.service")] : []),
  ]);
}

/** The secrets that files of the bundle hold, together. */
function bundleSecrets(secrets: StepSecrets): pulumi.Output<BundleSecrets> {
  const { relayHostPassword, routePasswords, alertWebhook, dkimKeys, certificate, digitalOceanToken } = secrets;
  return pulumi.output({
    relayHostPassword,
    routePasswords,
    alertWebhook,
    dkimKeys,
    certificate,
    digitalOceanToken,
  });
}

function credential(user: UserSettings, password = "", previousPassword?: string): Credential {
  return { login: user.login, password, previousPassword: user.overlap === "open" ? previousPassword : undefined };
}

function text(path: string, body: string): RenderedFile {
  return { path, body, mode: 0o600 };
}
