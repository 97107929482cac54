import { hierarchies } from "../../../sandbox/cloud/machine/cgroup";
import { seedFiles } from "../../../sandbox/cloud/machine/seed";
import { hostsFile, recordLine } from "../../../sandbox/cloud/network/dns";
import type { DnsRecord } from "../../../sandbox/cloud/types";

describe("control group hierarchies", () => {
  const unified = "30 1 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
  const hybrid = `24 1 0:20 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
25 1 0:21 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
26 1 0:22 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`;

  test.each([
    ["of an ordinary machine", unified, ["/sys/fs/cgroup"]],
    [
      "of one with systemd's legacy one, the unified first",
      hybrid,
      ["/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"],
    ],
    ["of one without any", "20 1 0:5 / / rw - ext4 /dev/vda rw", []],
  ])("%s", (_name, mountinfo, expected) => {
    expect(hierarchies(mountinfo)).toEqual(expected);
  });
});

describe("a droplet's seed", () => {
  const seed = {
    id: 7,
    name: "mail.example.test",
    address: "198.51.100.2",
    gateway: "198.51.100.1",
    userData: "#cloud-config\npackages: [postfix]\n",
    authorizedKeys: ["ssh-ed25519 AAAA me@here"],
  };
  const files = seedFiles(seed);

  test("hands user data over as it came, and the keys with the name", () => {
    expect(files["var/lib/cloud/seed/nocloud/user-data"]).toBe("#cloud-config\npackages: [postfix]\n");
    expect(JSON.parse(files["var/lib/cloud/seed/nocloud/meta-data"]!)).toEqual({
      "instance-id": "droplet-7",
      "local-hostname": "mail.example.test",
      "public-keys": ["ssh-ed25519 AAAA me@here"],
    });
  });

  test("lets the droplet reach its neighbours through the gateway only", () => {
    const network = files["etc/systemd/network/10-host0.network"]!;
    expect(network).toContain("Address=198.51.100.2/32\n");
    expect(network).toContain("Gateway=198.51.100.1\nGatewayOnLink=yes\n");
    expect(files["etc/resolv.conf"]).toBe("nameserver 198.51.100.1\n");
    expect(network).toContain("LinkLocalAddressing=no\n");
    expect(network).not.toContain(":");
  });

  test("gives it IPv6 in the same way, if it has that", () => {
    const ipv6 = { address: "fd6d:7273:0:1::2", gateway: "fd6d:7273:0:1::1" };
    const network = seedFiles({ ...seed, ipv6 })["etc/systemd/network/10-host0.network"]!;
    expect(network).toContain("Address=198.51.100.2/32\nAddress=fd6d:7273:0:1::2/128\n");
    expect(network).toContain("LinkLocalAddressing=ipv6\n");
    expect(network).toContain("Gateway=198.51.100.1\nGatewayOnLink=yes\n");
    expect(network).toContain("Gateway=fd6d:7273:0:1::1\nGatewayOnLink=yes\n");
  });
});

describe("DNS records", () => {
  const long = `${"a".repeat(255)}${"b".repeat(10)}`;
  const cases: [DnsRecord, string][] = [
    [{ name: "example.test", type: "MX", value: "sink.test" }, "mx-host=example.test,sink.test,10"],
    [{ name: "www.test", type: "CNAME", value: "sink.test" }, "cname=www.test,sink.test"],
    [{ name: "_s._tcp.test", type: "SRV", value: "0 1 465 mail.test" }, "srv-host=_s._tcp.test,mail.test,465,0,1"],
    [{ name: "192.0.2.9", type: "PTR", value: "pc.test" }, "ptr-record=9.2.0.192.in-addr.arpa,pc.test"],
    [{ name: "9.2.0.192.in-addr.arpa", type: "PTR", value: "pc.test" }, "ptr-record=9.2.0.192.in-addr.arpa,pc.test"],
    [
      { name: "fd6d:7273:0:2::9", type: "PTR", value: "pc.test" },
      "ptr-record=9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.0.0.0.0.3.7.2.7.d.6.d.f.ip6.arpa,pc.test",
    ],
    [{ name: "d.test", type: "TXT", value: 'v=DKIM1; a="b", c' }, 'txt-record=d.test,"v=DKIM1; a=\\"b\\", c"'],
    [{ name: "d.test", type: "TXT", value: long }, `txt-record=d.test,"${"a".repeat(255)}","${"b".repeat(10)}"`],
  ];

  test.each(cases)("%j", (record, line) => {
    expect(recordLine(record)).toEqual([line]);
  });

  test("are in the hosts file when they are addresses, after the droplets' own names", () => {
    const sink: DnsRecord = { name: "sink.test", type: "A", value: "198.51.100.2" };
    expect(recordLine(sink)).toEqual([]);
    const sink6: DnsRecord = { name: "sink.test", type: "AAAA", value: "fd6d:7273:0:1::1" };
    expect(recordLine(sink6)).toEqual([]);
    expect(hostsFile({ "198.51.100.2": "mail.test" }, [sink, sink6, cases[0]![0]])).toBe(
      "198.51.100.2 mail.test\n198.51.100.2 sink.test\nfd6d:7273:0:1::1 sink.test\n",
    );
  });
});
