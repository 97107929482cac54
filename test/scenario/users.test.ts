import fc from "fast-check";
import type { Lab } from "../../sandbox/lab";
import { logIn, type ClientLogin } from "../../sandbox/mail/client";
import { underLoad, type LoadReport } from "./load";
import {
  changes,
  eventually,
  failureOf,
  onHost,
  patience,
  sshConnections,
  submit,
  testLab,
  untilDelivered,
} from "./support";

jest.setTimeout(patience);

const database = "/var/spool/postfix/sasl/relay.db";
const mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5"] as const;

/** Passwords that something on the way from a configuration to a login might mistake for its own syntax. */
const awkward: Record<string, string> = {
  ascii: String.fromCharCode(...Array.from({ length: 95 }, (_, index) => index + 0x20)),
  "spaces-at-both-ends": "  two before and two after  ",
  "only-a-space": " ",
  quotes: `'"'"'$(id)\`id\`"`,
  backslashes: "\\n\\0\\\\",
  "main.cf": "# $myhostname ${x?y} %s",
  json: '{"a":[1]}',
  base64: "AGFsaWNlAHNlY3JldA==",
  star: "*",
  dot: ".",
  number: "0123",
  "ascii-256": "x".repeat(255) + "!",
  umlauts: "Käse für Müller".normalize("NFC"),
  combining: "e\u0301o\u0308\u0323",
  emoji: "👩‍👩‍👧‍👦🔑🏳️‍🌈",
  "right-to-left": "סיסמה كلمة السر \u202eabc",
  "no-break-space": "\u00a0a\u00a0b\u2003\u3000",
  invisible: "\ufeffa\u200bb\u00ad\u2028",
  // 1,024 bytes, all that the LOGIN mechanism takes.
  "emoji-256": "🔑".repeat(256),
};

describe("users", () => {
  let lab: Lab;
  let address: string;

  const client = (login: string, password: string): ClientLogin => ({
    host: address,
    port: 587,
    localAddress: lab.cloud.strangerClient,
    login,
    password,
    tls: "starttls",
  });

  /** Deploys these users, by login and password. */
  /** Clients that send all the time send more than a login may by default. */
  const limits = { recipientsPerHour: 0 };

  const deploy = async (passwords: Record<string, string>) => {
    lab.configure({
      users: Object.entries(passwords).map(([login, password]) => ({ login, password })),
      sasl: { mechanisms: [...mechanisms] },
      limits,
    });
    const result = await lab.up();
    ({ address } = await lab.outputs());
    return result;
  };

  /** The outcome of every user's login with every mechanism, where it is not the expected one. */
  const refusals = async (passwords: Record<string, string>) => {
    const refused: string[] = [];
    for (const [login, password] of Object.entries(passwords)) {
      for (const authMethod of mechanisms) {
        await logIn({ ...client(login, password), authMethod }).catch((error: Error) =>
          refused.push(`${login} with ${authMethod}: ${error.message}`),
        );
      }
    }
    return refused;
  };

  const proof = async () => (await lab.outputs()).proof as { passed: string[] };

  beforeAll(async () => {
    lab = await testLab("users");
  });

  afterAll(() => lab?.close());

  test("awkward passwords survive a real login with every mechanism", async () => {
    await deploy(awkward);
    expect((await lab.outputs()).logins).toEqual(awkward);
    expect(await refusals(awkward)).toEqual([]);
  });

  test("whatever validation lets pass, a login can use", async () => {
    const password = fc
      .string({
        unit: fc.oneof(fc.constantFrom(..." '\"\\$`#%{}:=,"), fc.string({ unit: "binary", maxLength: 1 })),
        minLength: 1,
        maxLength: 256,
      })
      .filter((text) => text !== "" && !/[\p{Cc}\p{Cs}]/u.test(text));
    // Fixed, so that a failure can be repeated.
    const passwords = fc.sample(password, { numRuns: 40, seed: 20 });
    const users = Object.fromEntries(passwords.map((text, index) => [`random${index}`, text]));
    await deploy(users);
    expect(await refusals(users)).toEqual([]);
  });

  test("a password is its exact characters: another Unicode form of it, or one blank less, is another password", async () => {
    const given = { composed: "é".normalize("NFC"), decomposed: "é".normalize("NFD"), blank: " a" };
    await deploy(given);
    expect(await refusals(given)).toEqual([]);
    for (const [login, password] of [
      ["composed", given.decomposed],
      ["decomposed", given.composed],
      ["blank", "a"],
      ["blank", " a "],
    ] as const) {
      await expect(logIn(client(login, password))).rejects.toThrow(/535 5\.7\.8/);
    }
  });

  test("a password that no client could send is refused before anything is touched", async () => {
    const before = await sshConnections(lab);
    for (const password of ["a\nb", "a\0b", "x".repeat(257), "", "\ud83d"]) {
      const error = await failureOf(deploy({ alice: password }));
      expect(error.message + error.result.text).toContain("users[0].password");
    }
    expect(await sshConnections(lab)).toBe(before);
    await logIn(client("blank", " a"));
  });

  const thousand = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`user${index}`, `password of ${index}`]),
  );

  test("a thousand users are seeded in one step, and a bounded number of logins proves them", async () => {
    const result = await deploy(thousand);
    expect(changes(result).sort()).toEqual(["update relay-apply", "update relay-proof", "update relay-users"]);
    expect((await lab.outputs()).logins).toEqual(thousand);
    const { passed } = await proof();
    expect(passed).toContain("the user database holds all 1000 users with their passwords; 20 of them logged in");
    expect(passed.filter((sentence) => /^user\d+ logs in with LOGIN on 587$/.test(sentence))).toHaveLength(20);
    const some = Object.fromEntries(Object.entries(thousand).filter((_, index) => index % 111 === 5));
    expect(await refusals(some)).toEqual([]);
    await expect(logIn(client("user500", thousand.user501!))).rejects.toThrow(/535/);
  });

  test("one of a thousand sends under its own address and no other", async () => {
    await submit(lab, "user777", thousand.user777!, "one of a thousand");
    await untilDelivered(lab, "one of a thousand");
    const foreign = submit(lab, "user777", thousand.user777!, "as somebody else", { from: "user778@example.test" });
    await expect(foreign).rejects.toThrow(/553 5\.7\.1/);
  });

  test("a password that was changed on the host fails the next proof by name, and the next rotation cures it", async () => {
    const key = Buffer.from("user503\0example.test\0userPassword").toString("hex");
    const wrong = Buffer.from("changed by hand").toString("hex");
    await onHost(
      lab,
      `printf 'VERSION=3\\nformat=bytevalue\\ntype=hash\\nHEADER=END\\n ${key}\\n ${wrong}\\nDATA=END\\n' | db_load ${database}`,
    );
    lab.configure({
      users: Object.entries(thousand).map(([login, password]) => ({ login, password })),
      sasl: { mechanisms: [...mechanisms] },
      limits: { ...limits, messageSize: 20_480_000 },
    });
    const error = await failureOf(lab.up());
    expect(error.message + error.result.text).toContain(
      "with their passwords; 20 of them logged in: not so for user503@example.test",
    );
    await deploy({ ...thousand, user0: "rotated" });
    await logIn(client("user503", thousand.user503!));
  });

  describe("while clients log in and send all the time", () => {
    const users = { alice: "of alice", printer: "first", scanner: "of scanner" };
    const load = { login: "alice", password: users.alice, connecting: 3, persistent: 2 };
    const postfixPid = () => onHost(lab, "cat /var/spool/postfix/pid/master.pid");
    const reloads = () => onHost(lab, "journalctl -q -t postfix/master | grep -c 'reload' || true");

    /** Nobody was refused, no session was dropped, and all that was acknowledged arrives. */
    const expectUndisturbed = async ({ accepted, failures }: LoadReport) => {
      expect(failures).toEqual([]);
      expect(accepted.length).toBeGreaterThan(0);
      await eventually(async () => {
        const arrived = new Set(
          (await lab.sink.messages()).map(({ raw }) => /^Subject: (load .*?)\r?$/m.exec(raw)?.[1]),
        );
        expect(accepted.filter((subject) => !arrived.has(subject))).toEqual([]);
      });
    };

    beforeAll(() => deploy(users));

    test("another user's rotated password disturbs nobody: Postfix is not even reloaded", async () => {
      const before = [await postfixPid(), await reloads()];
      const report = await underLoad(lab, load, async () => {
        const result = await deploy({ ...users, printer: "second" });
        expect(changes(result).sort()).toEqual(["update relay-proof", "update relay-users"]);
      });
      await expectUndisturbed(report);
      expect([await postfixPid(), await reloads()]).toEqual(before);
      await logIn(client("printer", "second"));
      await expect(logIn(client("printer", "first"))).rejects.toThrow(/535/);
    });

    test("a client's own password rotates with overlap, and not one of its logins is refused", async () => {
      const options = { sasl: { mechanisms: [...mechanisms] }, limits };
      const rotated = { login: "alice", password: "new of alice" };
      const previous = { previousPassword: users.alice, previousPasswordUntil: "2999-12-31" };
      const old = await underLoad(lab, load, async () => {
        lab.configure({ ...options, users: [{ ...rotated, ...previous }] });
        expect(changes(await lab.up())).toContain("update relay-users");
      });
      await expectUndisturbed(old);
      // By now the clients have been moved to the new password one by one; taking the old one away ends the rotation.
      const moved = await underLoad(lab, { ...load, password: rotated.password }, async () => {
        lab.configure({ ...options, users: [rotated] });
        await lab.up();
      });
      await expectUndisturbed(moved);
      await expect(logIn(client("alice", users.alice))).rejects.toThrow(/535/);
      await deploy(users);
    });

    test("added and removed users disturb nobody", async () => {
      const before = await postfixPid();
      const report = await underLoad(lab, load, async () => {
        await deploy({ alice: users.alice, copier: "new" });
      });
      await expectUndisturbed(report);
      expect(await postfixPid()).toBe(before);
      await logIn(client("copier", "new"));
      await expect(logIn(client("scanner", users.scanner))).rejects.toThrow(/535/);
    });

    test("a changed parameter of main.cf disturbs nobody", async () => {
      const before = [await postfixPid(), Number(await reloads())] as const;
      const report = await underLoad(lab, load, async () => {
        lab.configure({
          users: [{ login: "alice", password: users.alice }],
          sasl: { mechanisms: [...mechanisms] },
          limits: { ...limits, messageSize: 30_720_000 },
        });
        await lab.up();
      });
      await expectUndisturbed(report);
      expect([await postfixPid(), Number(await reloads())]).toEqual([before[0], before[1] + 1]);
      expect(await onHost(lab, "postconf -h message_size_limit")).toBe("30720000\n");
    });
  });
});
