import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigChanges } from "../../sandbox/labConfig";
import type { Lab } from "../../sandbox/lab";
import { smtpDialogue, SmtpSession, type DialogueStep } from "../../sandbox/mail/dialogue";
import { RELEASES } from "../../sandbox/names";
import { MailRelayCommand } from "../scenario/mailRelay";
import { patience, submit, testLab, untilDelivered } from "../scenario/support";

/** `SIEGE_MINUTES` makes it shorter. */
const minutes = Number(process.env.SIEGE_MINUTES ?? 60);
jest.setTimeout(patience + minutes * 60_000);

const alice = { login: "alice", password: "correct horse" };
/** A login may send to 1,000 recipients an hour. */
const PAUSE_MS = 5_000;
const BETWEEN_LOOKS_MS = 60_000;

/** What runs on each release beside Postfix, each service but the resolver, which needs signed names, on at least one. */
const CONFIGS: Record<(typeof RELEASES)[number], ConfigChanges> = {
  bullseye: { dkim: {}, metrics: true },
  bookworm: {
    dkim: {},
    sasl: { passwordCheck: "saslauthd" },
    limits: { ban: {}, recipientsPerHour: 50_000 },
  },
  trixie: {},
};

interface Findings {
  findings: { id: string; what: string }[];
}

/** What strangers say to every server on the internet, one session each. */
const STRANGERS_SAY: DialogueStep[][] = [
  ["EHLO client.test", "ETRN example.test", "BDAT x", "BDAT 4", "QUIT"],
  ["EHLO client.test", `NOOP ${"q".repeat(3000)}`, "VRFY root", "EXPN root"],
  ["GET / HTTP/1.1", "Host: relay.example.test"],
  ["EHLO client.test", { bytes: Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x0d, 0x0a]) }],
  ["EHLO client.test", "STARTTLS", "EHLO client.test", "MAIL FROM:<>", "RCPT TO:<someone@elsewhere.test>"],
  ["EHLO client.test", "STARTTLS", "EHLO client.test", { auth: "PLAIN", login: "root", password: "toor" }],
  ["HELO 127.0.0.1", "MAIL FROM:<a@b", "RCPT TO:x", "DATA", "RSET", "RSET"],
];

/** A login that the client gives up after the server has asked for the password. */
async function abortedLogin(address: string, localAddress: string): Promise<void> {
  const session = await SmtpSession.open({ host: address, port: 587, localAddress });
  await session.reply();
  for (const step of ["EHLO client.test", "STARTTLS", "EHLO client.test", "AUTH LOGIN"]) await session.say(step);
  session.close();
}

const labs = new Map<string, Lab>();

beforeAll(async () => {
  for (const release of RELEASES) {
    const lab = await testLab(`healthy-${release}`, { release, config: { users: [alice], ...CONFIGS[release] } });
    labs.set(release, lab);
    await lab.up();
  }
});

afterAll(() => Promise.all([...labs.values()].map((lab) => lab.close())));

/** One message after the other by a login; resolves with the subjects. */
async function client(lab: Lab, end: number): Promise<string[]> {
  const sent: string[] = [];
  while (Date.now() < end) {
    const subject = `message ${sent.length + 1}`;
    await submit(lab, "alice", alice.password, subject, { localAddress: lab.cloud.trustedClient });
    sent.push(subject);
    await sleep(PAUSE_MS);
  }
  return sent;
}

async function strangers(lab: Lab, end: number): Promise<void> {
  const { address } = await lab.outputs();
  const localAddress = lab.cloud.strangerClient;
  for (let index = 0; Date.now() < end; index++) {
    const says = STRANGERS_SAY[index % STRANGERS_SAY.length]!;
    // A server that bans strangers hangs up on them, or does not answer at all.
    await smtpDialogue({ host: address, port: index % 3 === 0 ? 25 : 587, localAddress }, says).catch(() => undefined);
    if (index % 10 === 0) await abortedLogin(address, localAddress).catch(() => undefined);
    await sleep(PAUSE_MS);
  }
}

/** Asks the command again and again; resolves with how often, and with all it found. */
async function operator(lab: Lab, end: number): Promise<{ looks: number; found: string[] }> {
  const relay = new MailRelayCommand((await lab.outputs()).ssh);
  const found: string[] = [];
  try {
    for (let looks = 1; ; looks++) {
      const doctor = await relay.run("doctor", "--resolver", lab.cloud.gateway, "--seconds", "2", "--json");
      if (doctor.stdout === "") found.push(`doctor: ${doctor.stderr}`);
      else
        for (const { id, what } of (JSON.parse(doctor.stdout) as Findings).findings)
          // DNS and the way out are the world's, not the host's.
          if (!/^(dns|egress)-/.test(id)) found.push(`doctor: ${id}: ${what}`);
      for (const command of ["drift", "status"]) {
        const { code, stdout, stderr } = await relay.run(command);
        if (code !== 0) found.push(`${command} exited with ${code}: ${stdout}${stderr}`);
      }
      if (Date.now() >= end) return { looks, found };
      await sleep(BETWEEN_LOOKS_MS);
    }
  } finally {
    relay.close();
  }
}

test(`${minutes} minutes of mail and of strangers: doctor, drift and status find nothing on any release`, async () => {
  const end = Date.now() + minutes * 60_000;
  const watched = [...labs].map(async ([release, lab]) => {
    const [sent, { looks, found }] = await Promise.all([client(lab, end), operator(lab, end), strangers(lab, end)]);
    await untilDelivered(lab, sent.at(-1)!);
    console.log(`${release}: ${sent.length} messages, ${looks} looks, ${found.length} findings`);
    return { release, enough: looks > minutes / 4 && sent.length > minutes * 4, found: [...new Set(found)] };
  });
  expect(await Promise.all(watched)).toEqual([...labs.keys()].map((release) => ({ release, enough: true, found: [] })));
});
