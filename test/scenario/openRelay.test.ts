import { readFileSync } from "node:fs";
import { join } from "node:path";
import { proofPlan } from "../../components/proof/probes";
import { resolve } from "../../components/settings/resolve";
import type { Lab } from "../../sandbox/lab";
import { RELEASES } from "../../sandbox/names";
import { PROJECT_ROOT } from "../../sandbox/paths";
import { exposures, tooExposed } from "./exposure";
import { answers, headerForms } from "./headerFrom";
import { ask, type Finding } from "./openRelayAsk";
import { positions, type Scene } from "./openRelayMatrix";
import { mutations } from "./openRelayMutations";
import { eventually, onHost, onlyDroplet, patience, testLab, untilDelivered } from "./support";

jest.setTimeout(patience);

const user = { login: "alice", password: "correct horse" };
/** What it may use changes nothing for the other. */
const gateway = { login: "gateway", allowedSenders: ["any"] };
/** Trusted besides the sandbox's own client; nobody of the sandbox lives in it. */
const network = { below: "192.0.2.159", first: "192.0.2.160", last: "192.0.2.191", above: "192.0.2.192" };

const hostFolder = join(PROJECT_ROOT, "components/host");
/** Writes the files that standard input names into a folder, and runs the proof there as its step does. */
const unpackAndProve = `import json, os, sys, tempfile
os.chdir(tempfile.mkdtemp())
os.mkdir("lib")
for path, text in json.load(sys.stdin).items():
    with open(path, "w") as file:
        file.write(text)
os.execlp("sh", "sh", "-c", "exec python3 -B ./probe.py <proof.plan")`;

const opened = ({ expected, reply }: Finding) => expected === "refused" && reply.startsWith("250 ");

describe.each(RELEASES)("the open-relay matrix on %s", (release) => {
  let lab: Lab;
  let scene: Scene;

  const settings = () => ({
    users: [user, gateway],
    listeners: { submissions: true, alternate: true },
    myNetworks: [`${lab.cloud.trustedClient}/32`, `${network.first}/27`],
    headerFrom: "own" as const,
  });

  beforeAll(async () => {
    lab = await testLab(`open-${release}`, { release });
    lab.configure(settings());
    await lab.up();
    const { hostname, address } = await lab.outputs();
    const { trustedClient: trusted, strangerClient: stranger } = lab.cloud;
    const domain = "example.test";
    scene = { host: hostname, domain, address, trusted, stranger, foreign: "receiver.test", network, ...user };
  });

  afterAll(() => lab?.close());

  test("its services give up what their work does not need", async () => {
    const found = await exposures(lab);
    process.stdout.write(`${release}: ${[...found].map((one) => one.join(" ")).join(", ")}\n`);
    const units = ["header-from", "login-limit", "logs", "metadata"].map((name) => `mail-relay-${name}.service`);
    expect([...found.keys()]).toEqual([...units, release === "trixie" ? "postfix.service" : "postfix@-.service"]);
    expect(tooExposed(found)).toEqual([]);
  });

  test("Postfix still runs what a local user has mail passed to, setgid programs too", async () => {
    const forward = `"|/usr/sbin/sendmail bob@receiver.test", "|id -un >/home/joe/who", \\joe`;
    await onHost(
      lab,
      `useradd -m joe; echo '${forward}' >/home/joe/.forward; chown joe: /home/joe/.forward
       printf 'Subject: for joe\\n\\nhello\\n' | sendmail joe@${scene.host}`,
    );
    await untilDelivered(lab, "for joe");
    await eventually(async () => {
      expect(await onHost(lab, "cat /home/joe/who; grep Subject: /var/mail/joe")).toBe("joe\nSubject: for joe\n");
    });
  });

  test("every recipient from every sender in every position is answered as it must be", async () => {
    const { asked, findings } = await ask(lab, scene, true);
    expect(findings).toEqual([]);
    expect(asked).toBeGreaterThan(50_000);
  });

  test("a login's mail names only addresses that it may send as, without a signer too", async () => {
    const outputs = await lab.outputs();
    for (const sender of ["alice@example.test", ""]) {
      expect(await answers(outputs, lab.cloud.strangerClient, sender, "header")).toEqual(headerForms(sender));
    }
    await onHost(lab, "systemctl kill -s KILL mail-relay-header-from.service");
    expect(await answers(outputs, lab.cloud.strangerClient, "", "again")).toEqual(headerForms(""));
  });

  if (release !== RELEASES[0]) return;

  /** Puts the links of the live generation back; postconf replaces them by files. */
  const restore = () =>
    onHost(
      lab,
      `for name in main.cf master.cf; do
        ln -sfn /etc/postfix/generations/current/$name /etc/postfix/$name.kept
        mv -Tf /etc/postfix/$name.kept /etc/postfix/$name
      done
      postfix reload`,
    );

  /** What the proof of a deploy says to the host as it is now; empty when it passes. */
  const proof = async () => {
    const myHostname = scene.host;
    const input = { myHostname, myDomain: scene.domain, ...settings(), users: [{ login: user.login }] };
    const plan = proofPlan(resolve(input, "2026-06-15"), [user]);
    const modules = ["__init__", "address", "process", "sasldb", "smtp", "x509"].map((name) => `lib/${name}.py`);
    const sources = ["probe.py", ...modules].map((path) => [path, readFileSync(join(hostFolder, path), "utf8")]);
    const files = { ...(Object.fromEntries(sources) as object), "proof.plan": JSON.stringify(plan) };
    const argv = ["python3", "-B", "-c", unpackAndProve];
    const { code, stderr } = await lab.cloud.exec(await onlyDroplet(lab), argv, JSON.stringify(files));
    expect([0, 1]).toContain(code);
    return code === 0 ? "" : stderr;
  };

  const clean = () => eventually(async () => expect((await ask(lab, scene, false)).findings).toEqual([]), 10);

  describe("opened by hand", () => {
    beforeAll(() =>
      // For permit_mx_backup; everybody else's mail goes where it went.
      lab.cloud.setDns([
        { name: scene.host, type: "A", value: scene.address },
        { name: `sub.${scene.host}`, type: "MX", value: scene.host },
      ]),
    );

    afterEach(restore);

    test.each(mutations)("$name: the matrix shows it", async ({ edit, opens, proof: says }) => {
      await onHost(lab, `${edit}; postfix reload`);
      const [position, sender, recipient] = opens;
      expect(positions(scene).map(({ name }) => name)).toContain(position);
      await eventually(async () => {
        const holes = (await ask(lab, scene, false)).findings.filter(opened);
        expect(holes).toContainEqual(expect.objectContaining({ position, sender, recipient }));
      }, 5);
      if (says) expect(await proof()).toMatch(says);
      else expect(await proof()).toBe("");
      await restore();
      await clean();
      expect(await proof()).toBe("");
    });
  });
});
