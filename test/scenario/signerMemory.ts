import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createTransport } from "nodemailer";
import { SMTPServer } from "smtp-server";
import { sinkRecords } from "../../sandbox/labConfig";
import type { Lab } from "../../sandbox/lab";
import { limitedUnits, limitMemory, starve } from "./memoryLimits";
import { eventually, onHost, submit, untilDelivered } from "./support";

const MIB = 1024 * 1024;
const AT_ONCE = 30;
const PART = 65_536;
const of24MB = (line: string) => Buffer.from(line.repeat(24_000_000 / line.length));
/** A text, and a file without line breaks as some programs send it. */
const bodies = [of24MB("ten words of a text that goes on and on\r\n"), of24MB(`${"x".repeat(5000)}\r\n`)] as const;

function* parts(subject: string, body: Buffer) {
  yield Buffer.from(`From: alice@example.test\r\nTo: bob@heavy.test\r\nSubject: ${subject}\r\n\r\n`);
  for (let at = 0; at < body.length; at += PART) yield body.subarray(at, at + PART);
}

/** Remembers the subjects of what it takes, and nothing else: its messages are large. */
async function forgetfulSink(address: string) {
  const subjects = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    onData(stream, _session, done) {
      let head = "";
      stream.on("data", (chunk: Buffer) => {
        if (head.length < 10_000) head += chunk.toString("latin1");
      });
      stream.on("end", () => {
        subjects.add(/^Subject: (.*?)\r?$/m.exec(head)?.[1] ?? "");
        done();
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(25, address, resolve));
  return { subjects, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

/** A relay that signs, under more large mail than its signer could hold, and with less memory than it needs. */
export function signerMemory(relay: () => { lab: Lab; password: string }): void {
  const lab = () => relay().lab;
  const password = () => relay().password;
  const signer = "mail-relay-signer.service";
  /** Resolves with why it was refused, or with nothing. */
  const heavy = async (subject: string, body: Buffer, host: string) => {
    // In myNetworks, so that no limit of connections holds it up.
    const { trustedClient: localAddress } = lab().cloud;
    const auth = { user: "alice", pass: password() };
    const tls = { rejectUnauthorized: false };
    const transport = createTransport({
      host,
      port: 587,
      localAddress,
      name: "client.test",
      requireTLS: true,
      tls,
      auth,
    });
    const envelope = { from: "alice@example.test", to: "bob@heavy.test" };
    const sent = transport.sendMail({ envelope, raw: Readable.from(parts(subject, body)) });
    return sent.then(() => "", String).finally(() => transport.close());
  };

  test("thirty large messages at once pass the signer within its memory, and small ones pass them", async () => {
    const { cloud } = lab();
    await cloud.setDns([
      ...sinkRecords(cloud.gateway),
      { name: "heavy.test", type: "MX", value: "mx.heavy.test" },
      { name: "mx.heavy.test", type: "A", value: cloud.strangerClient },
    ]);
    const sink = await forgetfulSink(cloud.strangerClient);
    const limit = await limitMemory(lab(), signer);
    try {
      const { address } = await lab().outputs();
      const wanted = Array.from({ length: AT_ONCE }, (_, index) => `heavy ${index}`);
      let waiting = wanted;
      let small = 0;
      while (waiting.length > 0) {
        let answered = 0;
        const round = Promise.all(
          waiting.map(async (subject, index) => {
            const refusal = await heavy(subject, bodies[index % 2]!, address);
            if (refusal !== "") expect(refusal).toMatch(/\b451 4\.3\.2 .*try again later/);
            answered++;
            return refusal === "" ? [] : [subject];
          }),
        );
        for (; answered < waiting.length; small++) await submit(lab(), "alice", password(), "light", { address });
        waiting = (await round).flat();
      }
      expect(await limit.kills()).toBe(0);
      expect(await limit.peak()).toBeGreaterThan(48 * MIB);
      expect(await limit.peak()).toBeLessThan(limit.max);
      // As many as would not have passed, had each waited for a large one.
      expect(small).toBeGreaterThan(AT_ONCE / 2);
      await eventually(async () => {
        await onHost(lab(), "postqueue -f");
        expect([...sink.subjects].sort()).toEqual([...wanted].sort());
      }, 240);
    } finally {
      await limit.end();
      await sink.close();
    }
  });

  test("a signer that is ended for want of memory costs others no more than a retry, and comes back", async () => {
    const { address } = await lab().outputs();
    const limit = await limitMemory(lab(), signer);
    try {
      await submit(lab(), "alice", password(), "before the end", { address });
      await limit.set((await limit.peak()) + 8 * MIB);
      const large = heavy("too heavy", bodies[0], address);
      let answered = false;
      void large.then(() => (answered = true));
      while (!answered) {
        const refusal = await submit(lab(), "alice", password(), "beside it", { address }).then(() => "", String);
        expect(refusal).toMatch(/^$|\b4\d\d\b/);
      }
      expect(await large).toMatch(/\b451\b/);
      expect(await limit.kills()).toBeGreaterThan(0);
      await limit.set(limit.max);
      await eventually(() => submit(lab(), "alice", password(), "after the end", { address }));
      await untilDelivered(lab(), "after the end");
    } finally {
      await limit.end();
    }
  });

  test("every service with a limit comes back when it was ended at it, and mail is accepted or put off", async () => {
    const { address } = await lab().outputs();
    const units = await limitedUnits(lab());
    expect(units).toEqual(
      expect.arrayContaining(
        ["header-from", "login-limit", "signer", "signer-gate"].map((of) => `mail-relay-${of}.service`),
      ),
    );
    for (const unit of units) {
      const limit = await starve(lab(), unit);
      try {
        await eventually(async () => {
          const sent = submit(lab(), "alice", password(), "without it", { address }).then(() => "", String);
          // Postfix waits for minutes for a service that takes the question and does not answer.
          expect(await Promise.race([sent, sleep(5_000).then(() => "")])).toMatch(/^$|\b4\d\d\b/);
          expect(await limit.kills()).toBeGreaterThan(0);
        });
        await limit.set(limit.max);
        await eventually(() => submit(lab(), "alice", password(), `after ${unit}`, { address }));
        await untilDelivered(lab(), `after ${unit}`);
      } finally {
        await limit.end();
      }
    }
  });
}
