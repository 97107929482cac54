import { INSTANCES, hostAddresses, layoutOf } from "../../../sandbox/cloud/layout";

const all = Array.from({ length: INSTANCES }, (_, index) => layoutOf(index));

test("an instance's addresses follow from its number", () => {
  expect(layoutOf(0)).toMatchObject({
    network: "198.51.100.0/27",
    gateway: "198.51.100.1",
    trustedClient: "192.0.2.9",
    strangerClient: "203.0.113.9",
    ipv6: { gateway: "fd6d:7273:0:1::1", trustedClient: "fd6d:7273:0:2::9", strangerClient: "fd6d:7273:0:3::9" },
  });
  expect(layoutOf(7)).toMatchObject({
    network: "198.51.100.224/27",
    gateway: "198.51.100.225",
    trustedClient: "192.0.2.121",
    strangerClient: "203.0.113.121",
  });
});

test("no two instances share an address or a name", () => {
  const addresses = all.flatMap((layout) =>
    [layout, layout.ipv6].flatMap((version) => [...hostAddresses(version), ...version.pool]),
  );
  expect(new Set(addresses).size).toBe(addresses.length);
  for (const name of ["bridge", "group", "table"] as const) {
    expect(new Set(all.map((layout) => layout[name])).size).toBe(INSTANCES);
  }
});

test("droplets get neither the gateway's nor the network's own addresses", () => {
  expect(layoutOf(1).pool.at(0)).toBe("198.51.100.34");
  expect(layoutOf(1).pool.at(-1)).toBe("198.51.100.62");
  expect(layoutOf(1).ipv6.pool.at(0)).toBe("fd6d:7273:1:1::2");
  expect(layoutOf(1).ipv6.pool).toHaveLength(layoutOf(1).pool.length);
});

test.each([-1, 8, 0.5])("there is no instance %d", (index) => {
  expect(() => layoutOf(index)).toThrow(RangeError);
});
