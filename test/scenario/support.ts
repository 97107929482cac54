import { setTimeout as sleep } from "node:timers/promises";
import { Lab, createLab, LabOptions } from "../../sandbox/lab";
import { EngineError, type Operation, type RunResult } from "../../sandbox/engine";
import type { DropletView } from "../../sandbox/cloud/types";
import { send, type Sent } from "../../sandbox/mail/client";
import { TEST_PREFIX } from "../../sandbox/names";

/** Bounds a hang; nothing here asserts speed. Building a base image for the first time takes minutes. */
export const patience = 15 * 60_000;

/** A lab of this test run's own, removed by the runner should the test not get to it. */
export function testLab(name: string, options: Omit<LabOptions, "name"> = {}): Promise<Lab> {
  return createLab({ name: `${TEST_PREFIX}${name}`, dropletPollDelayMs: 500, ...options });
}

/** Operations as `kind name`, without those that did nothing. */
export function changes(result: RunResult): string[] {
  return result.operations.filter(({ kind }) => kind !== "same").map(({ kind, name }) => `${kind} ${name}`);
}

/** Operations that ran a command on the host. */
export function remoteCommands(result: RunResult): Operation[] {
  return result.operations.filter(({ kind, type }) => kind !== "same" && type === "command:remote:Command");
}

/** The one droplet's id; fails when there is another number of them. */
export async function onlyDroplet(lab: Lab): Promise<number> {
  const droplets = await lab.cloud.droplets();
  if (droplets.length !== 1) throw new Error(`${droplets.length} droplets instead of one`);
  return droplets[0]!.id;
}

/** Asks the cloud's API without this project, as somebody else could; resolves with its answer. */
export async function callApi(lab: Lab, method: string, what: string, body?: object): Promise<unknown> {
  const response = await fetch(`${lab.cloud.apiEndpoint}/v2/${what}`, {
    method,
    headers: {
      Authorization: `Bearer ${lab.stack.config["digitalocean:token"]!.value}`,
      "Content-Type": "application/json",
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${what}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** Puts a public key into the account; resolves with its fingerprint. */
export async function registerKey(lab: Lab, publicKey: string): Promise<string> {
  const answer = await callApi(lab, "POST", "account/keys", { name: "by hand", public_key: publicKey });
  return (answer as { ssh_key: { fingerprint: string } }).ssh_key.fingerprint;
}

/** Creates a droplet by hand; resolves when it has booted. */
export async function createServer(lab: Lab): Promise<DropletView> {
  const body = { name: "old.example.test", region: "fra1", size: "s-1vcpu-1gb", image: "ubuntu-24-04-x64" };
  const { droplet } = (await callApi(lab, "POST", "droplets", body)) as { droplet: { id: number } };
  for (;;) {
    const server = (await lab.cloud.droplets()).find(({ id }) => id === droplet.id);
    if (server?.status === "active") {
      await lab.cloud.exec(server.id, ["cloud-init", "status", "--wait"]);
      return server;
    }
    await sleep(200);
  }
}

/** Runs a shell script in the droplet as its hypervisor could, without SSH; rejects when it fails. */
export async function onHost(lab: Lab, script: string, droplet?: number): Promise<string> {
  const { code, stdout, stderr } = await lab.cloud.exec(droplet ?? (await onlyDroplet(lab)), ["bash", "-euc", script]);
  if (code !== 0) throw new Error(`on the droplet: ${script}\nexited with ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** How many SSH connections the droplet's sshd has let in since it was installed. */
export async function sshConnections(lab: Lab, droplet?: number): Promise<number> {
  const count = "journalctl -q _COMM=sshd _COMM=sshd-session | grep -c 'Accepted publickey' || true";
  return Number(await onHost(lab, count, droplet));
}

/** Recipients whose mail the sink must never have seen by the time this resolves; a later message shows the way is open. */
export function untilDelivered(lab: Lab, subject: string) {
  return lab.sink.waitForMessage((message) => message.raw.includes(`Subject: ${subject}`), 60_000);
}

/** Sends one message through port 587 of the relay, or of the droplet named, as a client that is trusted for its login alone. */
export async function submit(
  lab: Lab,
  login: string,
  password: string,
  subject: string,
  {
    address,
    from = `${login}@example.test`,
    to = "bob@receiver.test",
    text = "hello",
    localAddress = lab.cloud.strangerClient,
  }: { address?: string; from?: string; to?: string; text?: string; localAddress?: string } = {},
): Promise<Sent> {
  return send({
    host: address ?? (await lab.outputs()).address,
    port: 587,
    localAddress,
    login,
    password,
    from,
    to,
    subject,
    text,
    tls: "starttls",
  });
}

/** The error a run ends with; fails when it succeeds. */
export async function failureOf(run: Promise<RunResult>): Promise<EngineError> {
  const outcome = await run.catch((error: unknown) => error);
  if (outcome instanceof EngineError) return outcome;
  throw outcome instanceof Error ? outcome : new Error("the run succeeded, which it must not");
}

/** For what comes true a moment later; bounded by a number of tries. */
export async function eventually<T>(attempt: () => Promise<T>, tries = 60): Promise<T> {
  for (let rest = tries; ; rest--) {
    try {
      return await attempt();
    } catch (error) {
      if (rest <= 1) throw error;
      await sleep(500);
    }
  }
}
