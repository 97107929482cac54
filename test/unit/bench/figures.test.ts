import { changeFigures, figures, longQueueFigures, memoryFigures, table, throughputFigures } from "../../bench/figures";
import { noSamples, noThroughput, type Samples } from "../../bench/samples";

/** Exactly at every goal. */
const atTheGoals: Samples = {
  floor: [9_000, 10_000, 30_000],
  hostUp: [11_000, 40_000, 10_900],
  dropletFloor: [19_000, 20_000, 40_000],
  dropletOwnFloor: [22_500],
  dropletUp: [18_000, 17_000, 90_000],
  noOpUp: [1_100],
  resourcesUp: [1_000],
  sshConnections: [4, 5, 4],
  noOpRemote: [0, 0],
};
const verdicts = (samples: Samples) => figures(samples).map(({ met }) => met);

test("a figure at its goal has met it", () => {
  expect(verdicts(atTheGoals)).toEqual([true, true, true, true, true, true]);
  expect(figures(atTheGoals).map(({ value }) => value)).toEqual(["1.10", "1.10", "5", "0", "0.90", "0.80"]);
});

test.each<[number, Partial<Samples>]>([
  [0, { hostUp: [11_001] }],
  [1, { noOpUp: [1_101] }],
  // A single connection or command too many counts, however rare.
  [2, { sshConnections: [4, 4, 6] }],
  [3, { noOpRemote: [0, 0, 0, 1] }],
  [4, { dropletFloor: [19_999] }],
  [5, { dropletOwnFloor: [22_499] }],
])("figure %i just above its goal has missed it, and only that one", (index, change) => {
  expect(verdicts({ ...atTheGoals, ...change })).toEqual([0, 1, 2, 3, 4, 5].map((each) => each !== index));
});

test("throughput has met its goal from one and a half times stock on, each kind by itself", () => {
  const throughput = noThroughput();
  for (const condition of ["new", "slowReverseDns", "persistent"] as const) {
    throughput.stock[condition] = { accepted: [100, 90, 500], delivered: [100], cpuMs: [5, 4, 9] };
    throughput.ours[condition] = { accepted: [150], delivered: [150], cpuMs: [4] };
  }
  throughput.ours.persistent.delivered = [149];
  expect(throughputFigures(throughput).map(({ name, value, met }) => [name, value, met])).toEqual([
    ["accepted per second, new sessions : stock", "1.50", true],
    ["delivered per second, new sessions : stock", "1.50", true],
    ["processor time of a message, new sessions : stock", "0.80", true],
    ["accepted per second, new sessions, reverse DNS of 100 ms : stock", "1.50", true],
    ["delivered per second, new sessions, reverse DNS of 100 ms : stock", "1.50", true],
    ["processor time of a message, new sessions, reverse DNS of 100 ms : stock", "0.80", true],
    ["accepted per second, persistent sessions : stock", "1.50", true],
    ["delivered per second, persistent sessions : stock", "1.49", false],
    ["processor time of a message, persistent sessions : stock", "0.80", true],
  ]);
});

test("memory has met its goal up to 200 MB beyond the bare host", () => {
  const judged = (relay: number[]) => memoryFigures({ bare: [16e6, 20e6, 15e6], relay })[0];
  expect(judged([216e6, 100e6, 300e6])).toMatchObject({ value: "200", met: true, from: "216 MB - 16 MB" });
  expect(judged([216_000_001])).toMatchObject({ met: false });
});

test("changes are judged by their worst count and by the median of their times; what has no goal has met it", () => {
  const changes = {
    rotation: [4_000],
    rotationRemote: [2, 3],
    sshTrue: [200],
    noOp: [2_000],
    unchanged: [5_000],
    thousandUsers: [11_001, 9_000, 30_000],
    oneUser: [10_000],
    failedSessions: [0, 0, 1],
  };
  expect(changeFigures(changes).map(({ name, value, goal, met }) => [name, value, goal, met])).toEqual([
    ["remote commands per rotated password", "3", "<= 2", false],
    ["rotation of one password : bare SSH true", "20.00", "none", true],
    ["1,000 users seeded : one user", "1.10", "<= 1.1", false],
    ["every step on an unchanged host : no-op up", "2.50", "none", true],
    ["failed sessions while a parameter changes", "1", "<= 0", false],
  ]);
});

test("the command may take three times as long as postsuper for a long queue", () => {
  const queue = {
    list: [900, 1_000, 2_000],
    postqueue: [500],
    delete: [6_000],
    deleteAll: [2_000],
    undelete: [6_100],
    requeueAll: [2_000],
  };
  expect(longQueueFigures(queue).map(({ name, value, goal, met }) => [name, value, goal, met])).toEqual([
    ["list of 10,000 messages : postqueue -j", "2.00", "none", true],
    ["delete of 10,000 messages : postsuper -d ALL", "3.00", "<= 3", true],
    ["undelete of 10,000 messages : postsuper -r ALL", "3.05", "<= 3", false],
  ]);
});

test("nothing measured is no figure", () => {
  expect(() => figures(noSamples())).toThrow(RangeError);
});

test("the table shows value, goal and verdict in columns of one width", () => {
  const lines = table(figures({ ...atTheGoals, sshConnections: [6] })).split("\n");
  expect(lines).toHaveLength(8);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines[2]).toMatch(
    /^\| fresh up on a booted host : bare apt-get +\| 1\.10 +\| <= 1\.1 +\| yes \| 11\.0 s \(10/,
  );
  expect(lines[4]).toMatch(/^\| SSH connections per fresh up +\| 6 +\| <= 5 +\| NO +\| the most of 1 ups/);
});
