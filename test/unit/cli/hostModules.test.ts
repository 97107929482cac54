import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hostFolder, hostModules } from "../../../cli/hostModules";

const launcher = readFileSync(join(hostFolder, "launch.py"), "utf8");
const scripts = readdirSync(hostFolder)
  .filter((name) => name.endsWith(".py") && name !== "launch.py")
  .map((name) => name.slice(0, -".py".length));

test("a script travels with what it imports, from the library too, and with nothing else", () => {
  expect(Object.keys(hostModules(["mailtrace"])).sort()).toEqual([
    ...["lib", "lib.journal", "lib.lock", "lib.logline", "maillog", "mailtrace", "relayhost"],
  ]);
  expect(Object.keys(hostModules(["sasl"]))).toEqual(expect.arrayContaining(["lib.sasldb", "lib.process"]));
});

test("every script can be loaded from what travels with it", () => {
  // In place of what runs a script's main(); the scripts themselves still find what they import from it.
  const run = "\ndef run(script, args):\n    importlib.import_module(script)\n    print(script)\n";
  const loaded = scripts.map((script) => {
    const modules = hostModules([script]);
    const input = JSON.stringify({ modules: { ...modules, relayhost: modules.relayhost + run }, script, args: {} });
    return execFileSync("python3", ["-I", "-B", "-c", launcher], { input: `${input}\n`, encoding: "utf8" }).trim();
  });
  expect(loaded).toEqual(scripts);
});

test("the launcher fits between the single quotes of a command line", () => {
  expect(launcher).not.toContain("'");
});
