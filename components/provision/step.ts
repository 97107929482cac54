import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { RenderedFile } from "../render/renderedFile";
import { hostScript, pack } from "./archive";
import { explainDelay } from "./delay";

/** How to reach the host; the host key is always pinned. */
export interface HostConnection {
  connection: pulumi.Output<command.types.input.remote.ConnectionArgs>;
  user: pulumi.Output<string>;
  /** Changes when another machine stands behind the same address, so that every step runs there. */
  machine: pulumi.Output<string>;
  /** The resource whose end makes deleting the steps pointless. */
  deletedWith?: pulumi.Resource;
}

type Script = "drift" | "install" | "users" | "apply" | "proof" | "drain";

/**
 * One script from `components/host` run on the host as root, again whenever anything it is given changes. Script and
 * files travel as one archive on standard input, behind the launcher that unpacks it; standard input is secret as a
 * whole. A changed command line would run every step of every stack again, so it has nothing in it that could change.
 * Nothing is run on deletion: the host may already be gone.
 */
export function hostStep(
  name: string,
  script: Script,
  host: HostConnection,
  sources: string[],
  files: pulumi.Output<RenderedFile[]>,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const step = new command.remote.Command(
    name,
    {
      connection: host.connection,
      create: launchCommand(host, script),
      ...carried(host, script, sources, files),
    },
    pulumi.mergeOptions(opts, { deletedWith: host.deletedWith, customTimeouts: { create: "30m", update: "30m" } }),
  );
  if (!pulumi.runtime.isDryRun()) explainDelay(step, host, opts.dependsOn);
  return step;
}

/** Launcher and archive for a script, and what else all steps have in common. */
export function carried(
  host: HostConnection,
  script: Script,
  sources: string[],
  files: pulumi.Output<RenderedFile[]>,
): Pick<command.remote.CommandArgs, "stdin" | "addPreviousOutputInEnv" | "logging"> {
  const scripts = [`${script}.sh`, ...sources].map(hostScript);
  const stdin = pulumi
    .all([files, host.machine])
    .apply(([given, machine]) => pack([...scripts, { path: "machine", body: machine, mode: 0o600 }, ...given]))
    .apply((archive) => hostScript("launch.sh").body + archive);
  return {
    stdin: pulumi.secret(stdin),
    addPreviousOutputInEnv: false,
    // Standard error carries progress for people; standard output is a result, not news.
    logging: command.remote.Logging.Stderr,
  };
}

/** The command line that runs a script from standard input as root. */
export function launchCommand(host: HostConnection, script: Script): pulumi.Output<string> {
  const launch = `bash -s ${script}`;
  return host.user.apply((user) => (user === "root" ? launch : `sudo -n ${launch}`));
}
