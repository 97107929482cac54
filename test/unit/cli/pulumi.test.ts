import { chooseRelay, relaysIn } from "../../../cli/pulumi";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const ssh = { host: "198.51.100.7", port: 22, user: "root", privateKey: "private", hostKey: "ssh-ed25519 AAAA" };
const relay = (name: string, outputs: object, type = "mail-relay:index:MailRelay") => ({
  urn: `urn:pulumi:prod::mail::${type}::${name}`,
  type,
  outputs: { hostname: `${name}.example.com`, ...outputs },
});
const state = (...resources: object[]) => ({ version: 3, deployment: { resources } });

test("a relay is found in the state, secrets revealed, whether the whole output is one or each part", () => {
  const inside = { ...ssh, privateKey: secret("private") };
  const found = relaysIn(
    state(
      { urn: "urn:pulumi:prod::mail::pulumi:pulumi:Stack::mail-prod", type: "pulumi:pulumi:Stack", outputs: {} },
      relay("first", { ssh: secret(ssh) }),
      relay("second", { ssh: inside }),
    ),
  );
  expect(found).toEqual([
    { name: "first", stack: "prod", hostname: "first.example.com", ssh },
    { name: "second", stack: "prod", hostname: "second.example.com", ssh },
  ]);
});

test("a relay that was deployed under the type of version 0.1 is found as well", () => {
  const old = relay("first", { ssh }, "pulumi-mail-relay:index:MailRelay");
  expect(relaysIn(state(old)).map(({ name }) => name)).toEqual(["first"]);
});

test("a stack without resources has no relay, and one from before tells none of its access", () => {
  expect(relaysIn({ version: 3, deployment: {} })).toEqual([]);
  expect(relaysIn(state(relay("old", {})))[0]!.ssh).toBeUndefined();
});

test("of several relays one has to be chosen by its name", () => {
  const two = relaysIn(state(relay("first", {}), relay("second", {})));
  expect(chooseRelay(two, "second").name).toBe("second");
  expect(() => chooseRelay(two)).toThrow("choose one with --relay: first, second");
  expect(() => chooseRelay(two, "third")).toThrow("--relay third: this stack has only first, second");
  expect(() => chooseRelay([])).toThrow("this stack has no MailRelay");
});
