import { renderBundle } from "../../../../components/render/bundle";
import { parseFacts } from "../../../../components/render/facts";
import { ProbePlan, proofPlan, strangerAddress } from "../../../../components/render/probes";
import { renderUserDatabase } from "../../../../components/render/sasl";
import { factsOf, fullSettings } from "../fixtures";

const facts = factsOf["3.7"]!;
const secrets = { passwords: ["one", "two"], relayHostPassword: "canary-smart-host" };

test("the same settings give the same generation, another setting another one", () => {
  const first = renderBundle(fullSettings(), facts, secrets);
  expect(renderBundle(fullSettings(), facts, secrets)).toEqual(first);
  const other = renderBundle(fullSettings({ myNetworks: [] }), facts, secrets);
  expect(other.generation).not.toBe(first.generation);
});

test("a changed smart-host password is a new generation", () => {
  const first = renderBundle(fullSettings(), facts, secrets);
  const rotated = renderBundle(fullSettings(), facts, { ...secrets, relayHostPassword: "other" });
  expect(rotated.generation).not.toBe(first.generation);
});

test("the smart-host password is in one file, readable to root alone", () => {
  const holding = renderBundle(fullSettings(), facts, secrets).files.filter(({ body }) => body.includes("canary"));
  expect(holding.map(({ path, mode }) => [path, mode])).toEqual([["etc/relay_password", 0o600]]);
  expect(holding[0]?.body).toBe("[smtp.example.net]:2525 account:canary-smart-host\n");
});

test("no user's password is in the bundle", () => {
  const bundle = renderBundle(fullSettings(), facts, { passwords: ["canary-user", "two"], relayHostPassword: "x" });
  expect(JSON.stringify(bundle)).not.toContain("canary-user");
  expect(JSON.stringify(bundle)).not.toContain(Buffer.from("canary-user").toString("hex"));
});

test("the trial asks every listener both questions", () => {
  const { files } = renderBundle(fullSettings(), facts, secrets);
  const plan = JSON.parse(files.find(({ path }) => path === "trial.plan")!.body) as ProbePlan;
  expect(plan.dialogues.map(({ name }) => name)).toEqual([
    "mynetworks may send on 25",
    "a stranger may not relay on 25",
    "a login may send on 587",
    "a stranger may not relay on 587",
  ]);
});

test("the proof logs in as each user with each mechanism, and only then with a wrong password", () => {
  const users = [
    { login: "alice", password: "one" },
    { login: "printer", password: "two" },
  ];
  const names = proofPlan(fullSettings(), users).dialogues.map(({ name }) => name);
  expect(names).toEqual([
    "alice logs in with PLAIN on 587",
    "alice logs in with LOGIN on 587",
    "printer logs in with PLAIN on 587",
    "printer logs in with LOGIN on 587",
    "a wrong password is refused on 587",
    "AUTH before TLS is refused on 587",
    "a stranger may not relay on 25",
    "a stranger may not relay on 587",
  ]);
});

test("the stranger is never one of mynetworks", () => {
  expect(strangerAddress(["192.0.2.0/24", "198.51.100.0/24"])).toBe("203.0.113.9");
});

test("the user database is the same whatever the order of users", () => {
  const alice = { login: "alice", password: "pä ss" };
  const bob = { login: "bob", password: "x" };
  const text = renderUserDatabase([bob, alice], "example.com");
  expect(text).toBe(renderUserDatabase([alice, bob], "example.com"));
  expect(text.split("\n").slice(4, 6)).toEqual([
    ` ${Buffer.from("alice\0example.com\0userPassword").toString("hex")}`,
    ` ${Buffer.from("pä ss").toString("hex")}`,
  ]);
});

test("facts that are not facts are refused with what was said instead", () => {
  expect(() => parseFacts("E: Unable to locate package")).toThrow(/not end with its facts.*Unable to locate/);
  expect(() => parseFacts('{"release":"debian 12"}')).toThrow(/incomplete/);
});
