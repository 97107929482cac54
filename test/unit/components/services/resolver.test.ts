import { renderBundle } from "../../../../components/render/bundle";
import { packageFiles, packageNames } from "../../../../components/render/packages";
import { RelayInput } from "../../../../components/settings/settings";
import { factsOf, fullParts, fullSettings } from "../fixtures";

const body = (path: string, change: Partial<RelayInput>) =>
  renderBundle(fullSettings(change), factsOf["3.7"]!).files.find((file) => file.path === path)!.body;
const parameter = (name: string, change: Partial<RelayInput>, file = "etc/main.cf") =>
  new RegExp(`^${name} = (.*)$`, "m").exec(body(file, change))?.[1];

const byMx = { relayHost: undefined };
const smartHost = (tls: "required" | "dane") => ({ relayHost: { host: "smtp.example.net", tls } });

test.each<[string, Partial<RelayInput>, string, string | undefined]>([
  ["by MX", byMx, "may", undefined],
  ["by MX with a resolver", { ...byMx, resolver: {} }, "dane", "dnssec"],
  ["to a smart host with a resolver", { ...smartHost("required"), resolver: {} }, "encrypt", "dnssec"],
  ["to a smart host by DANE", { ...smartHost("dane"), resolver: {} }, "dane-only", "dnssec"],
])("the TLS level %s", (_, change, level, support) => {
  expect(parameter("smtp_tls_security_level", change)).toBe(level);
  expect(parameter("smtp_dns_support_level", change)).toBe(support);
});

test("a route by DANE has a level of its own, and the trial's sink needs no TLSA record", () => {
  const routed: Partial<RelayInput> = {
    resolver: {},
    relayRoutes: [{ senders: ["@a.example"], relayHost: { host: "mx.example.net", tls: "dane" } }],
  };
  expect(body("etc/master.cf", routed)).toMatch(/^route1 [^]*?-o smtp_tls_security_level=dane-only$/m);
  expect(parameter("smtp_tls_security_level", routed)).toBe("encrypt");
  const general = { ...smartHost("dane"), resolver: {} };
  expect(parameter("smtp_tls_security_level", general, "trial/main.cf")).toBe("encrypt");
});

test("Unbound comes unstarted, and is watched; nothing of it without the option", () => {
  expect(packageNames(fullParts())).not.toContain("unbound");
  const parts = fullParts({ resolver: {}, metrics: true });
  expect(packageNames(parts)).toEqual(expect.arrayContaining(["unbound", "dns-root-data"]));
  expect(packageFiles(parts).find(({ path }) => path === "masks")?.body).toContain("unbound unbound.service\n");
  expect(JSON.stringify(parts.services.find(({ name }) => name === "watch"))).toContain("mail-relay-resolver.service");
});
