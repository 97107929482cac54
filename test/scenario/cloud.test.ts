import { readdir, readFile, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, utils } from "ssh2";
import { connectCloud, instanceFolder, listClouds, removeCloud, startCloud } from "../../sandbox/cloud";
import { hasInterface } from "../../sandbox/cloud/network/bridge";
import { attempt, run } from "../../sandbox/cloud/run";
import type { Cloud } from "../../sandbox/cloud/types";
import { TEST_PREFIX } from "../../sandbox/names";

const MINUTE = 60_000;
const NAME = `${TEST_PREFIX}cloud`;
const TOKEN = "scenario-token";
const [hostKey, clientKey] = [utils.generateKeyPairSync("ed25519"), utils.generateKeyPairSync("ed25519")];

const indented = (text: string) => text.trim().split("\n").join("\n    ");
const USER_DATA = `#cloud-config
ssh_keys:
  ed25519_private: |
    ${indented(hostKey.private)}
  ed25519_public: ${hostKey.public}
packages: [postfix]
runcmd: [[touch, /var/tmp/boots-once]]
`;

let cloud: Cloud;
let droplet: { id: number; address: string };

const progress = (line: string) => process.stderr.write(`${line}\n`);
const start = (name: string) => startCloud({ name, token: TOKEN, release: "bookworm", onProgress: progress });

async function api<T>(method: string, path: string, json?: unknown): Promise<{ status: number; body: T }> {
  const headers = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" };
  const response = await fetch(`${cloud.apiEndpoint}/v2${path}`, { method, headers, body: JSON.stringify(json) });
  return { status: response.status, body: JSON.parse((await response.text()) || "{}") as T };
}

const statusOf = async (id: number) => (await cloud.droplets()).find((view) => view.id === id)?.status;

/** The test's own time limit ends the wait. */
async function untilStatus(id: number, wanted: string | undefined): Promise<void> {
  while ((await statusOf(id)) !== wanted) await sleep(100);
}

const inside = async (command: string) => (await cloud.exec(droplet.id, ["sh", "-c", command])).stdout.trim();

/** Logs in with the key given to the API and accepts the host key of the user data alone. */
function ssh(command: string): Promise<string> {
  const wanted = utils.parseKey(hostKey.public);
  if (wanted instanceof Error) throw wanted;
  return new Promise((resolve, reject) => {
    const client = new Client();
    let output = "";
    client.on("error", reject).on("ready", () =>
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        channel.on("data", (chunk: Buffer) => (output += chunk.toString()));
        channel.on("close", () => {
          client.end();
          resolve(output.trim());
        });
      }),
    );
    client.connect({
      host: droplet.address,
      username: "root",
      privateKey: clientKey.private,
      hostVerifier: (key: Buffer) => key.equals(wanted.getPublicSSH()),
    });
  });
}

beforeAll(async () => {
  cloud = await start(NAME);
  const key = await api<{ ssh_key: { id: number } }>("POST", "/account/keys", {
    name: "scenario",
    public_key: clientKey.public,
  });
  const created = await api<{ droplet: { id: number; networks: { v4: { ip_address: string }[] } } }>(
    "POST",
    "/droplets",
    {
      name: "relay.example.test",
      region: "fra1",
      size: "s-1vcpu-1gb",
      image: "ubuntu-24-04-x64",
      ssh_keys: [key.body.ssh_key.id],
      user_data: USER_DATA,
    },
  );
  const { id, networks } = created.body.droplet;
  droplet = { id, address: networks.v4[0]!.ip_address };
}, 10 * MINUTE);

afterAll(() => removeCloud(NAME), 2 * MINUTE);

test(
  "is active no sooner than SSH answers, with the host key and the login it was given",
  async () => {
    expect(await statusOf(droplet.id)).toBe("new");
    await untilStatus(droplet.id, "active");
    expect(await ssh("hostname --fqdn; ls /etc/ssh/ssh_host_*_key; grep -o VERSION_CODENAME=.* /etc/os-release")).toBe(
      "relay.example.test\n/etc/ssh/ssh_host_ed25519_key\nVERSION_CODENAME=bookworm",
    );
  },
  2 * MINUTE,
);

test(
  "carries out its user data, packages included, without a failed service",
  async () => {
    expect(await ssh("cloud-init status --wait | tail -n 1; systemctl is-system-running --wait")).toBe(
      "status: done\nrunning",
    );
    expect(await ssh("postconf -h mail_version; ls /var/tmp")).toMatch(/^3\.7\.\d+\n(?:.*\n)*boots-once/);
  },
  5 * MINUTE,
);

test("reads its own metadata", async () => {
  const read = (path: string) =>
    inside(
      `python3 -c 'import urllib.request as u; print(u.urlopen("http://169.254.169.254/metadata/v1/${path}").read().decode())'`,
    );
  expect(await read("id")).toBe(String(droplet.id));
  expect(await read("hostname")).toBe("relay.example.test");
  expect(await read("interfaces/public/0/ipv4/address")).toBe(droplet.address);
  expect(await read("user-data")).toBe(USER_DATA.trim());
});

test("shows its hypervisor what runs in it", async () => {
  expect(await cloud.exec(droplet.id, ["sh", "-c", "cat; echo oops >&2; exit 3"], "input\n")).toEqual({
    code: 3,
    stdout: "input\n",
    stderr: "oops\n",
  });
  const [view] = await cloud.droplets();
  await cloud.exec(droplet.id, ["touch", "/root/seen"]);
  expect((await stat(`${view!.rootDir}/root/seen`)).isFile()).toBe(true);
});

describe("a machine", () => {
  test.each(["graceful", "power"] as const)(
    "keeps its disk when it is restarted (%s), and carries out user data only once",
    async (how) => {
      await inside("touch /run/only-this-boot; rm -f /var/tmp/boots-once; echo kept >/var/spool/kept; sync");
      await cloud.reboot(droplet.id, how);
      expect(await ssh("cat /var/spool/kept")).toBe("kept");
      expect(await inside("cloud-init status --wait >/dev/null; ls /run/only-this-boot /var/tmp/boots-once")).toBe("");
      expect(await statusOf(droplet.id)).toBe("active");
    },
    3 * MINUTE,
  );

  test(
    "comes back when it reboots itself, and stays off when it switches itself off",
    async () => {
      await inside("touch /run/only-this-boot");
      await inside("systemctl reboot");
      const isBack = ["sh", "-c", "test ! -e /run/only-this-boot && systemctl is-active ssh"];
      while ((await cloud.exec(droplet.id, isBack).catch(() => undefined))?.code !== 0) await sleep(200);
      await inside("systemctl is-system-running --wait; systemctl poweroff");
      await untilStatus(droplet.id, "off");
      const { status, body } = await api<{ action: { id: number } }>("POST", `/droplets/${droplet.id}/actions`, {
        type: "power_on",
      });
      expect([status, typeof body.action.id]).toEqual([201, "number"]);
      await untilStatus(droplet.id, "active");
      expect(await ssh("cat /var/spool/kept")).toBe("kept");
    },
    3 * MINUTE,
  );
});

test(
  "leaves nothing behind when it is deleted",
  async () => {
    const root = (await cloud.droplets())[0]!.rootDir;
    expect((await api("DELETE", `/droplets/${droplet.id}`)).status).toBe(204);
    await untilStatus(droplet.id, undefined);
    expect((await api("GET", `/droplets/${droplet.id}`)).status).toBe(404);
    expect(await readFile("/proc/self/mountinfo", "utf8")).not.toContain(root);
    expect(await readdir(`${instanceFolder(NAME)}/droplets`)).toEqual([]);
    expect((await attempt(["pgrep", "-f", root])).stdout).toBe("");
  },
  2 * MINUTE,
);

describe("clouds side by side", () => {
  const names = [`${TEST_PREFIX}cloud-a`, `${TEST_PREFIX}cloud-b`];
  const createDroplet = async (endpoint: string) => {
    const json = { name: "left-behind", region: "fra1", size: "s-1vcpu-1gb", image: "debian-12-x64" };
    const headers = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" };
    await fetch(`${endpoint}/v2/droplets`, { method: "POST", headers, body: JSON.stringify(json) });
  };
  const bridgeOf = async (gateway: string) =>
    (JSON.parse(await run(["ip", "-json", "address", "show", "to", gateway])) as { ifname: string }[])[0]!.ifname;
  const processesOf = async (name: string) => (await attempt(["pgrep", "-f", instanceFolder(name)])).stdout;

  afterAll(() => Promise.all(names.map(removeCloud)), 2 * MINUTE);

  test(
    "have addresses of their own, and one that was killed is removed without a trace",
    async () => {
      const [first, second] = await Promise.all(names.map(start));
      expect(first!.gateway).not.toBe(second!.gateway);
      await expect(start(names[0]!)).rejects.toThrow(`the sandbox ${names[0]} is running already`);

      await createDroplet(first!.apiEndpoint);
      while ((await first!.droplets())[0]?.status !== "active") await sleep(100);
      const bridge = await bridgeOf(first!.gateway);
      const record = JSON.parse(await readFile(`${instanceFolder(names[0]!)}/instance.json`, "utf8")) as {
        daemon: { pid: number };
      };
      process.kill(record.daemon.pid, "SIGKILL");
      while (await connectCloud(names[0]!)) await sleep(100);
      expect(await listClouds()).toContainEqual({ name: names[0], running: false });
      expect(await processesOf(names[0]!)).not.toBe("");

      await removeCloud(names[0]!);
      expect(await processesOf(names[0]!)).toBe("");
      expect(await hasInterface(bridge)).toBe(false);
      expect(await run(["nft", "list", "tables"])).not.toContain(`inet ${bridge}\n`);
      expect(await readFile("/proc/self/mountinfo", "utf8")).not.toContain(instanceFolder(names[0]!));
      expect((await listClouds()).map(({ name }) => name)).not.toContain(names[0]);
      expect((await attempt(["find", "/sys/fs/cgroup", "-name", `mail-relay-sandbox-${bridge}`])).stdout).toBe("");
      expect(await second!.droplets()).toEqual([]);
    },
    5 * MINUTE,
  );

  test(
    "end by themselves on TERM",
    async () => {
      const cloud = (await connectCloud(names[1]!))!;
      await createDroplet(cloud.apiEndpoint);
      const bridge = await bridgeOf(cloud.gateway);
      const record = JSON.parse(await readFile(`${instanceFolder(names[1]!)}/instance.json`, "utf8")) as {
        daemon: { pid: number };
      };
      process.kill(record.daemon.pid, "SIGTERM");
      while ((await listClouds()).some(({ name }) => name === names[1])) await sleep(100);
      expect(await processesOf(names[1]!)).toBe("");
      expect(await hasInterface(bridge)).toBe(false);
    },
    2 * MINUTE,
  );
});
