import { warnings } from "../../../../components/settings/warnings";
import { fullSettings } from "../fixtures";

test("nothing to say about private, loopback and documentation ranges and the alternate port", () => {
  expect(warnings(fullSettings({ myNetworks: ["10.0.0.0/8", "192.168.1.7", "fd00::/32", "192.0.2.0/24"] }))).toEqual(
    [],
  );
});

test("public ranges are named, and only they", () => {
  const [warning, ...others] = warnings(fullSettings({ myNetworks: ["10.0.0.0/8", "8.8.8.0/24", "2600::/32"] }));
  expect(warning).toContain("(8.8.8.0/24, [2600::]/32)");
  expect(others).toEqual([]);
});

test("two addresses that may fill a port are doubted", () => {
  const limited = (connections: number, processes = "100") =>
    warnings(fullSettings({ limits: { connections }, postfixParameters: { default_process_limit: processes } }));
  expect([limited(49), limited(100, "201")]).toEqual([[], []]);
  for (const doubted of [limited(50), limited(0), limited(25, "50")])
    expect(doubted).toEqual([expect.stringMatching(/^limits\.connections is .*two addresses/)]);
});

test.each([25, 465, 587])("smart host port %d is doubted on a droplet, not on another host", (port) => {
  const relayHost = { host: "smtp.example.net", port };
  expect(warnings(fullSettings({ relayHost }))).toEqual([expect.stringContaining(`relayHost.port is ${port}`)]);
  const host = { address: "198.51.100.20", hostKey: "ssh-ed25519 AAAA" };
  expect(warnings(fullSettings({ relayHost, droplet: undefined, host }))).toEqual([]);
});
