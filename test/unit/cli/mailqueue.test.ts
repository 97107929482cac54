import { python } from "./python";

const now = 1_000_000;
const message = (changes: object = {}) => ({
  queue_name: "deferred",
  queue_id: "4bXyzB1Cde",
  arrival_time: now - 7200,
  message_size: 5000,
  sender: "Alice@Example.com",
  recipients: [
    { address: "bob@example.net", delay_reason: "connect to mx.example.net[192.0.2.5]:25: Connection timed out" },
    { address: "eve+news@lists.example.org" },
  ],
  ...changes,
});
const fits = (filter: object, changes?: object) =>
  python<boolean>("mailqueue", `Filter(given[0], ${now}).fits(given[1])`, [filter, message(changes)]);

test.each([
  [{}, true],
  [{ queue: "deferred" }, true],
  [{ queue: "hold" }, false],
  [{ ids: ["4bXyzB1Cde", "other"] }, true],
  [{ ids: ["4bxyzb1cde"] }, false],
  [{ sender: "alice@example.com" }, true],
  [{ sender: "alice@example" }, false],
  [{ sender: "@example.com" }, true],
  [{ sender: "@ample.com" }, false],
  [{ sender: "a*@example.*" }, true],
  [{ sender: "[Aa]lice@example.com" }, false],
  [{ sender: "<>" }, false],
  [{ recipient: "eve+news@lists.example.org" }, true],
  [{ recipient: "@example.org" }, false],
  [{ reason: "connection TIMED out" }, true],
  [{ reason: "refused" }, false],
  [{ olderThan: 7199 }, true],
  [{ olderThan: 7200 }, false],
  [{ largerThan: 4999 }, true],
  [{ largerThan: 5000 }, false],
  [{ sender: "@example.com", reason: "refused" }, false],
])("the filter %j takes a message: %s", (filter, expected) => {
  expect(fits(filter)).toBe(expected);
});

test("<> is the sender of bounces", () => {
  expect(fits({ sender: "<>" }, { sender: "MAILER-DAEMON" })).toBe(true);
});

test("the oldest are kept up to the limit, and all are counted", () => {
  const many = Array.from({ length: 500 }, (_, index) =>
    message({ queue_id: `ID${index}`, arrival_time: (index * 7) % 500 }),
  );
  const listing = python<{ count: number; size: number; messages: { arrival_time: number }[] }>(
    "mailqueue",
    "oldest(iter(given), 3)",
    many,
  );
  expect(listing).toMatchObject({ count: 500, size: 2_500_000 });
  expect(listing.messages.map((one) => one.arrival_time)).toEqual([0, 1, 2]);
});

test("a message to thousands is shown with some of its recipients, and their number", () => {
  const recipients = Array.from({ length: 3000 }, (_, index) => ({ address: `r${index}@example.net` }));
  const shown = python<{ recipients: unknown[]; recipient_count: number }>(
    "mailqueue",
    "shown(given)",
    message({ recipients }),
  );
  expect([shown.recipients.length, shown.recipient_count]).toEqual([50, 3000]);
});

test.each([
  [0, 0],
  [4, 0],
  [5, 1],
  [9, 1],
  [10, 2],
  [1279, 8],
  [1280, 9],
  [99_999, 9],
])("%d minutes are column %d of the shape", (minutes, column) => {
  expect(python<number>("queueshape", "column(given)", minutes)).toBe(column);
});
