import type { Lab } from "../../sandbox/lab";
import type { ConfigChanges } from "../../sandbox/labConfig";
import { selfSigned } from "../../sandbox/mail/certificate";
import { startSink, type Sink } from "../../sandbox/mail/sink";
import { exposures, tooExposed } from "./exposure";
import { startSignedDns, tlsa, type SignedDns } from "./signedDns";
import {
  changes,
  eventually,
  failureOf,
  onHost,
  onlyDroplet,
  patience,
  submit,
  testLab,
  untilDelivered,
} from "./support";

jest.setTimeout(patience);

const users = [{ login: "alice", password: "password of alice" }];
const unit = "mail-relay-resolver.service";
const live = "/etc/resolv.conf";
/** Routed nowhere, as behind a firewall that lets nobody out. */
const silent = "203.0.113.254";

/** Asks 127.0.0.1 as a resolver's client does: prints response code, whether the answer is authentic, and its length. */
const ask = `
import socket, struct, sys
name, kind = sys.argv[1], int(sys.argv[2])
labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
query = struct.pack(">HHHHHH", 7, 0x0120, 1, 0, 0, 0) + labels + b"\\0" + struct.pack(">HH", kind, 1)
asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asking.settimeout(20)
asking.sendto(query, ("127.0.0.1", 53))
_, flags, _, answers = struct.unpack(">HHHH", asking.recv(4096)[:8])
print(flags & 15, "authentic" if flags & 32 else "doubtful", answers)
`;
const A = 1;
const TLSA = 52;

let lab: Lab;
let dns: SignedDns;
let sink: Sink;
const certificate = selfSigned("mx.example");

/** The world; in it wrong.example's key is not the one it says. */
const world = ({ wrong }: { wrong: boolean }) => [
  ...["dane", "wrong", "plain"].flatMap((name) => [
    `${name}.example. IN MX 10 mx.${name}.example.`,
    `mx.${name}.example. IN A ${lab.cloud.strangerClient}`,
  ]),
  tlsa("mx.dane.example.", certificate),
  tlsa("mx.wrong.example.", certificate, !wrong),
  "forged.example. IN A 192.0.2.66 ; forged",
  "7.2.0.192.in-addr.arpa. 3600 IN PTR client.example.",
];

const lookUp = (name: string, type: number) =>
  onHost(lab, `python3 -B - ${name} ${type} <<'PYTHON'\n${ask}\nPYTHON`).then((said) => said.trim());

/** What the host and Postfix's chroot have for a resolver, in every detail. */
const asked = () =>
  onHost(
    lab,
    `for file in ${live} /var/spool/postfix${live}; do stat -c '%N %a %U:%G %Y' $file; done | sed 's/ [0-9]*$//'
     sha256sum <${live}; sha256sum </var/spool/postfix${live}`,
  );

const isTaken = async () => {
  expect(await onHost(lab, `cat ${live}; cmp ${live} /var/spool/postfix${live}; systemctl is-active ${unit}`)).toMatch(
    /^# Managed by pulumi-mail-relay.*\nnameserver 127\.0\.0\.1\noptions edns0 trust-ad\n.*active\n$/s,
  );
};

const mail = (subject: string, to: string) => submit(lab, "alice", users[0]!.password, subject, { to });
const arrived = (subject: string) => sink.waitForMessage(({ raw }) => raw.includes(`Subject: ${subject}`), 60_000);

const configure = (changes: ConfigChanges) => lab.configure({ users, ...changes });

beforeAll(async () => {
  lab = await testLab("resolver");
  dns = await startSignedDns(lab.cloud.trustedClient, world({ wrong: true }));
  sink = await startSink({ address: lab.cloud.strangerClient, port: 25, certificate });
});

afterAll(async () => {
  await sink?.close();
  await dns?.close();
  await lab?.close();
});

let before: string;

test("a resolver that cannot serve fails the deploy, and the host goes on asking as before", async () => {
  configure({});
  await lab.up();
  // As Ubuntu has it, a link, in a mode that nobody would choose by chance.
  await onHost(
    lab,
    `mv ${live} /etc/of-before; chmod 664 /etc/of-before; ln -s of-before ${live}; postfix stop; postfix start`,
  );
  before = await asked();

  await onHost(lab, "systemd-run --quiet --unit taken python3 -m http.server --bind 127.0.0.1 53");
  configure({ resolver: {} });
  expect((await failureOf(lab.up())).message).toMatch(
    /port 53 of 127\.0\.0\.1 is taken by python3: end that program there, or leave the option resolver out/,
  );
  await onHost(lab, "systemctl stop taken");

  configure({ resolver: { forwarders: [silent] } });
  expect((await failureOf(lab.up())).message).toMatch(
    /the resolver gets no answers: let the host out on port 53, UDP and TCP, or give as resolver\.forwarders/,
  );
  expect(await asked()).toBe(before);
  expect(await onHost(lab, `systemctl is-active ${unit} || true; ls /etc/systemd/system | grep resolver || true`)).toBe(
    "inactive\n",
  );
  await mail("without a resolver", "bob@receiver.test");
  await untilDelivered(lab, "without a resolver");
});

test("the host asks a resolver that validates", async () => {
  // The world of this test has a root of its own.
  await onHost(
    lab,
    `install -d /var/lib/unbound/mail-relay; echo '${dns.anchor}' >/var/lib/unbound/mail-relay/root.key`,
  );
  configure({ resolver: { forwarders: [dns.address] }, driftCheck: true, alerts: { mail: "ops@receiver.test" } });
  await lab.up();
  await isTaken();
  expect(await lookUp("mx.dane.example", A)).toBe("0 authentic 1");
  expect(await lookUp("_25._tcp.mx.dane.example", TLSA)).toBe("0 authentic 1");
  expect(await lookUp("forged.example", A)).toBe("2 doubtful 0");
  expect(
    await onHost(lab, "ss -Hlntu sport = :53 | awk '{print $5}' | sort -u; systemctl is-enabled unbound || true"),
  ).toBe("127.0.0.1:53\nmasked\n");
  expect(changes(await lab.up())).toEqual(["update relay-drift"]);
});

test("its units give up what their work does not need", async () => {
  const found = await exposures(lab);
  expect([...found.keys()]).toEqual(expect.arrayContaining([unit, "mail-relay-resolver-file.service"]));
  expect(tooExposed(found)).toEqual([]);
});

test("a client's name is looked up once, whoever asks for it", async () => {
  expect(await onHost(lab, "for time in 1 2 3 4 5; do getent hosts 192.0.2.7; done")).toBe(
    "192.0.2.7       client.example\n".repeat(5),
  );
  expect(await dns.asked("7.2.0.192.in-addr.arpa", "PTR")).toBe(1);
});

test("mail goes to whose key DNSSEC vouches for, and waits where it is another", async () => {
  await mail("to the right key", "bob@dane.example");
  await mail("without a key", "bob@plain.example");
  await mail("to the wrong key", "bob@wrong.example");
  await Promise.all(["to the right key", "without a key"].map(arrived));
  const log = await onHost(lab, "journalctl -q -o cat");
  expect(log).toContain("Verified TLS connection established to mx.dane.example");
  expect(log).toMatch(/Untrusted TLS connection established to mx\.plain\.example/);
  await eventually(async () => {
    expect(await onHost(lab, "postqueue -p")).toMatch(
      /\(Server certificate not (verified|trusted)\)\n\s+bob@wrong\.example/,
    );
  });
  expect((await sink.messages()).some(({ to }) => to.includes("bob@wrong.example"))).toBe(false);

  await dns.publish(world({ wrong: false }));
  await eventually(async () => {
    await onHost(lab, "postqueue -f; sleep 1; postqueue -p | grep -q 'queue is empty'");
  });
  await arrived("to the wrong key");
});

test("the original is back when the resolver ends, and goes again when it comes back", async () => {
  const main = () => onHost(lab, `systemctl show --value -p MainPID ${unit}`);
  const kill = async () => onHost(lab, `kill -9 ${await main()}`);
  const reloads = () => onHost(lab, "journalctl -q -o cat | grep -c 'refreshing the Postfix mail system'");
  const [first, reloaded] = [await main(), await reloads()];
  await kill();
  await eventually(async () => {
    expect([first, "0\n"]).not.toContain(await main());
    await isTaken();
  });
  // Not even for that moment was anybody else asked.
  expect(await reloads()).toBe(reloaded);

  await onHost(lab, "mv /usr/sbin/unbound /usr/sbin/away");
  await kill();
  await eventually(async () => expect(await asked()).toBe(before));
  await onHost(lab, "mv /usr/sbin/away /usr/sbin/unbound");
  await eventually(isTaken);

  await mail("by a program that lives on", "bob@dane.example");
  await arrived("by a program that lives on");
  await onHost(lab, `systemctl stop ${unit}`);
  expect(await asked()).toBe(before);
  await mail("while the resolver is stopped", "bob@receiver.test");
  await untilDelivered(lab, "while the resolver is stopped");
  await onHost(lab, "systemctl start mail-relay-watch.service");
  await untilDelivered(lab, `[firing] down-${unit}`);
  await onHost(lab, `systemctl start ${unit}`);
  await isTaken();
});

test("after a power cut the resolver is asked again, and who writes another file has written the original", async () => {
  await lab.cloud.reboot(await onlyDroplet(lab), "power");
  await eventually(isTaken);
  // Before the host asks the resolver, systemd looks at the file: what is written in between would stay.
  const since = `systemctl show --value -p ActiveEnterTimestampMonotonic mail-relay-resolver-file.path ${unit}`;
  const [looks, serves] = (await onHost(lab, since)).trim().split(/\s+/).map(Number);
  expect(looks).toBeLessThan(serves!);
  expect(await lookUp("mx.dane.example", A)).toBe("0 authentic 1");
  // As dhclient-script does.
  await onHost(
    lab,
    `cp -P ${live}.before-mail-relay /etc/kept; cp ${live} /etc/next; echo nameserver ${silent} >/etc/next; mv /etc/next ${live}`,
  );
  await eventually(async () => {
    await isTaken();
    expect(await onHost(lab, `cat ${live}.before-mail-relay`)).toBe(`nameserver ${silent}\n`);
  });
  await onHost(lab, `mv /etc/kept ${live}`);
  await eventually(async () => {
    await isTaken();
    expect(await onHost(lab, `readlink ${live}.before-mail-relay`)).toBe("of-before\n");
  });
});

test("drift notices a changed file and a stopped resolver", async () => {
  await onHost(lab, `echo '# by hand' >>/etc/unbound/mail-relay.conf; systemctl stop ${unit}`);
  const { text } = await lab.up();
  expect(text).toMatch(/drift: \/etc\/unbound\/mail-relay\.conf content/);
  expect(text).toMatch(/drift: mail-relay-resolver\.service does not run/);
  await isTaken();
});

test("a smart host is held to its TLSA records, and gets nothing without any", async () => {
  const byDane = (host: string) => ({ host, port: 25, tls: "dane" as const });
  const wanted: ConfigChanges = {
    resolver: { forwarders: [dns.address] },
    relayHost: byDane("mx.plain.example"),
    transports: [{ destinations: ["dane.example"], relayHost: byDane("mx.dane.example") }],
  };
  configure(wanted);
  expect((await failureOf(lab.up())).message).toContain(
    "relayHost mx.plain.example:25: Postfix's own client cannot hand over mail: no TLSA records found",
  );
  configure({ ...wanted, preflight: "warn" });
  await lab.up();
  await mail("to whom records vouch for", "bob@dane.example");
  await arrived("to whom records vouch for");
  await mail("to nobody", "bob@receiver.test");
  await eventually(async () => {
    expect(await onHost(lab, "postqueue -p")).toMatch(/\(.*TLSA.*\)\n\s+bob@receiver\.test/);
  });
});

test("taken out again, it leaves the host as it was", async () => {
  configure({});
  await lab.up();
  expect(await asked()).toBe(before);
  const left = `ls -d ${live}* /etc/.resolv* /etc/unbound/mail-relay* /usr/local/lib/mail-relay-resolver/* /etc/systemd/system/mail-relay-resolver* 2>/dev/null || true`;
  expect(await onHost(lab, left)).toBe(`${live}\n`);
  expect(
    await onHost(lab, `systemctl is-active ${unit} mail-relay-resolver-file.path || true; ss -Hlntu sport = :53`),
  ).toBe("inactive\ninactive\n");
  await mail("after the resolver", "bob@receiver.test");
  await onHost(lab, "postqueue -f");
  await Promise.all(["to nobody", "after the resolver"].map((subject) => untilDelivered(lab, subject)));
});
