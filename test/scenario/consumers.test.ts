import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackSpec } from "../../sandbox/engine";
import type { Lab } from "../../sandbox/lab";
import { pack, TEMPLATE_OPTIONS } from "../installed";
import { changes, patience, submit, testLab, untilDelivered } from "./support";

jest.setTimeout(patience);

/** The first release of the SDK after this one no longer runs on Node.js 20. */
const SDK = "@pulumi/pulumi@3.248.0";

const body = `
const config = new pulumi.Config();

const relay = new MailRelay("relay", {
  myHostname: "relay.example.test",
  myDomain: "example.test",
  users: [{ login: "alice", password: config.requireSecret("password") }],
  directDelivery: true,
  blockLists: [],
  droplet: { region: "fra1", sshSources: [config.require("sshSource")] },
});
`;

interface Consumer {
  manifest: object;
  files: Record<string, string>;
  /** Looks at the installed project before it is deployed. */
  check?: string[];
}

/** Projects as people begin them; each gets the tarball and the SDK by `npm install`. */
const consumers: Record<string, Consumer> = {
  "the template of pulumi new typescript": {
    manifest: {
      main: "index.ts",
      devDependencies: { "@types/node": "^18", typescript: "^5.0.0" },
      dependencies: { "@pulumi/pulumi": "^3.113.0" },
    },
    files: {
      "tsconfig.json": JSON.stringify({ compilerOptions: TEMPLATE_OPTIONS, files: ["index.ts"] }),
      "index.ts": `import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "pulumi-mail-relay";
${body}
export const address = relay.address;
`,
    },
    check: [join("node_modules", ".bin", "tsc"), "--noEmit"],
  },
  "a CommonJS program": {
    manifest: { main: "index.js" },
    files: {
      "index.js": `"use strict";
const pulumi = require("@pulumi/pulumi");
const { MailRelay } = require("pulumi-mail-relay");
${body}
exports.address = relay.address;
`,
    },
  },
  "an ES module": {
    manifest: { main: "index.js", type: "module" },
    files: {
      "index.js": `import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "pulumi-mail-relay";
${body}
export const address = relay.address;
`,
    },
  },
};

let folder: string;
let tarball: string;
let lab: Lab;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mail-relay-consumers-"));
  tarball = pack(folder);
  lab = await testLab("consumers");
});
afterAll(async () => {
  await lab?.close();
  rmSync(folder, { recursive: true });
});

/** An empty folder with the project in it, and the tarball installed. */
function project({ manifest, files }: Consumer, index: number): string {
  const dir = join(folder, String(index));
  mkdirSync(dir);
  const all = {
    ...files,
    "Pulumi.yaml": "name: consumer\nruntime: nodejs\n",
    "package.json": JSON.stringify({ name: "consumer", ...manifest }),
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(dir, name), text);
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  execFileSync("npm", ["install", ...options, tarball, SDK], { cwd: dir, stdio: "pipe" });
  return dir;
}

test.each(Object.entries(consumers).map(([name, consumer], index) => ({ name, consumer, index })))(
  "$name installs the tarball, deploys a relay that takes mail, and then has nothing to change",
  async ({ name, consumer, index }) => {
    const workDir = project(consumer, index);
    if (consumer.check) execFileSync(process.execPath, consumer.check, { cwd: workDir, stdio: "pipe" });
    const stack: StackSpec = {
      ...lab.stack,
      workDir,
      stateDir: join(workDir, "state"),
      config: {
        "digitalocean:token": lab.stack.config["digitalocean:token"]!,
        "digitalocean:apiEndpoint": lab.stack.config["digitalocean:apiEndpoint"]!,
        "consumer:sshSource": { value: `${lab.cloud.gateway}/32`, secret: false },
        "consumer:password": { value: "correct horse", secret: true },
      },
    };
    await lab.engine.up(stack);
    const { address } = await lab.engine.outputs(stack);
    await submit(lab, "alice", "correct horse", `from ${name}`, { address: address!.value as string });
    await untilDelivered(lab, `from ${name}`);
    expect(changes(await lab.engine.up(stack))).toEqual([]);
    await lab.engine.destroy(stack);
  },
);
