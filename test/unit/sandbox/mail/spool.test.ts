import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReceivedMessage } from "../../../../sandbox/mail/mailbox";
import { Spool } from "../../../../sandbox/mail/spool";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tl-spool-"));
});
afterEach(() => rm(folder, { recursive: true }));

const message = (raw: string): ReceivedMessage => ({
  receivedAt: "2026-01-01T00:00:00.000Z",
  clientAddress: "127.0.0.1",
  clientName: "client.test",
  tls: false,
  from: "a@example.test",
  to: ["b@receiver.test"],
  raw,
});

test("keeps messages in order of arrival, also within one millisecond, byte for byte", async () => {
  const spool = new Spool(folder);
  const raws = Array.from({ length: 30 }, (_, index) => `${index} \u00ff\u0000`);
  const clock = jest.spyOn(Date, "now").mockReturnValue(1_700_000_000_000);
  for (const raw of raws) await spool.add(message(raw));
  clock.mockRestore();
  expect((await new Spool(folder).messages()).map(({ raw }) => raw)).toEqual(raws);
});

test("an unfinished file of a crash is no message, and no mail is no error", async () => {
  await writeFile(join(folder, "1700000000000-000000000"), "{half");
  expect(await new Spool(folder).messages()).toEqual([]);
  expect(await new Spool(join(folder, "absent")).messages()).toEqual([]);
});
