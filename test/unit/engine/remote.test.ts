import { writeFileSync } from "node:fs";
import { changes, failure, TestProject } from "./support/project";
import { Sshd } from "./support/sshd";

jest.setTimeout(120_000);

let sshd: Sshd;
let project: TestProject;

beforeEach(async () => {
  sshd = await Sshd.prepare();
  sshd.listen();
  project = new TestProject();
});

afterEach(async () => {
  project.remove();
  await sshd.close();
});

const program = (step: string) => `
  const key = new tls.PrivateKey("key", { algorithm: "ED25519" });
  const password = new random.RandomPassword("password", { length: 20, special: false });
  const step = new command.remote.Command("step", {
    connection: {
      host: "${sshd.host}",
      port: ${sshd.port},
      privateKey: pulumi.secret(${JSON.stringify(sshd.privateKey)}),
      hostKey: "${sshd.hostKey()}",
    },
    stdin: password.result,
    addPreviousOutputInEnv: false,
    logging: "none",
    ${step}
  });
  export const stdout = step.stdout;
  export const pub = key.publicKeyOpenssh;`;

test("a program with keys, a password and a command on a real host", async () => {
  const first = await project.up(program(`create: "wc -c"`));
  expect(changes(first).sort()).toEqual(["create key", "create password", "create step"]);
  expect(first.outputs.stdout).toEqual({ value: "20", secret: false });
  expect(sshd.logins).toBe(1);

  expect(changes(await project.up())).toEqual([]);
  expect(sshd.logins).toBe(1);

  // An update's output cannot be known beforehand; what does not change can.
  const plan = await project.preview(program(`create: "wc -c; echo more"`));
  expect(changes(plan)).toEqual(["update step"]);
  expect(plan.text).toContain("~ command:remote:Command step update [changed: create]");
  expect(plan.text).toContain("~ stdout: [unknown]");
  expect(plan.text).not.toContain("pub:");
  expect(sshd.logins).toBe(1);
  expect((await project.up()).outputs.stdout?.value).toBe("20\nmore");

  const text = await project.stateText();
  expect(text).not.toContain("OPENSSH PRIVATE KEY");
  const triggered = await project.up(program(`create: "wc -c", triggers: ["again"]`));
  expect(changes(triggered)).toEqual(["create-replacement step", "replace step", "delete-replaced step"]);
});

test("a failing command keeps the old state and hides secrets in what it printed", async () => {
  const error = await failure(project.up(program(`create: "echo leaked $(cat) >&2; exit 3"`)));
  expect(error.message).toContain("command:remote:Command step: Process exited with status 3: running");
  expect(error.message).toContain("leaked [secret]");
  expect(error.result.text).not.toMatch(/leaked [A-Za-z0-9]/);
  const { resources } = await project.state();
  expect(resources.some(({ urn }) => urn.endsWith("::step"))).toBe(false);
});

test("an interrupted command is stopped, and runs again in the next update", async () => {
  const marker = sshd.file("marker");
  const controller = new AbortController();
  const text = program(`create: "cat > /dev/null; until [ -e ${marker} ]; do sleep 0.1; done; echo done"`);
  const run = project.up(text, {
    signal: controller.signal,
    onLine: (line) => line.includes("password created") && setTimeout(() => controller.abort(), 1500),
  });
  expect((await failure(run)).message).toBe("cancelled");
  writeFileSync(marker, "");
  const result = await project.up();
  expect(changes(result)).toEqual(["create step"]);
  expect(result.outputs.stdout?.value).toBe("done");
});
