import * as fs from "node:fs";
import * as path from "node:path";
import { renderMainCf } from "../../../../components/postfix/mainCf";
import { renderMasterCf } from "../../../../components/postfix/masterCf";
import { services } from "../../../../components/services/list";
import { renderSaslConf } from "../../../../components/postfix/sasl";
import { RelayInput } from "../../../../components/settings/settings";
import { factsOf, fullParts, fullSettings } from "../fixtures";

const golden = path.join(__dirname, "..", "..", "..", "golden");

/** Compares with the reviewed file; UPDATE_GOLDEN=1 writes it anew, for a person to read the difference. */
function expectGolden(name: string, text: string): void {
  const file = path.join(golden, name);
  if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
  expect(text).toBe(fs.readFileSync(file, "utf8"));
}

describe.each(Object.keys(factsOf))("Postfix %s", (generation) => {
  const facts = factsOf[generation]!;

  test("main.cf is the reviewed one", () => {
    expectGolden(`${generation}/main.cf`, renderMainCf(fullParts(), facts));
  });

  test("main.cf without smart host is the reviewed one", () => {
    expectGolden(`${generation}/main-by-mx.cf`, renderMainCf(fullParts({ relayHost: undefined }), facts));
  });
});

test("master.cf is the reviewed one", () => {
  expectGolden("master.cf", renderMasterCf(fullParts()));
});

test("the SASL configuration is the reviewed one", () => {
  expectGolden("smtpd.conf", renderSaslConf(fullSettings()));
});

test("every listener and option at once is the reviewed master.cf", () => {
  const all = { smtp: true, submission: true, submissions: true, alternate: true };
  expectGolden("master-all.cf", renderMasterCf(fullParts({ listeners: all })));
});

test.each<[string, Partial<RelayInput>]>([
  ["unbound.conf", { resolver: {} }],
  [
    "unbound-forwarding.conf",
    { resolver: { forwarders: ["192.0.2.53", "2001:db8::53"], insecureDomains: ["corp"] }, inetProtocols: "all" },
  ],
])("%s is the reviewed one", (name, change) => {
  const { files } = services(fullSettings(change)).find((service) => service.name === "resolver")!;
  expectGolden(name, files.find(({ path }) => path === "/etc/unbound/mail-relay.conf")!.body);
});
