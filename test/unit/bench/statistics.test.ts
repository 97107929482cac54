import { alternately, median } from "../../bench/statistics";

test.each<[number[], number]>([
  [[7], 7],
  [[3, 1, 2], 2],
  [[10, 9, 100], 10],
  [[4, 1, 3, 2], 2.5],
  [[5, 5, 1, 1], 3],
])("the median of %j is %d", (values, expected) => {
  const given = [...values];
  expect(median(given)).toBe(expected);
  expect(given).toEqual(values);
});

test("nothing has no median", () => {
  expect(() => median([])).toThrow("the median of nothing");
});

test("who goes first changes with every turn, and the second waits for the first", async () => {
  const log: string[] = [];
  const action = (name: string) => async () => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
  };
  for (const turn of [0, 1]) await alternately(turn, action("a"), action("b"));
  expect(log).toEqual(["a", "b", "b", "a"].flatMap((name) => [`${name} begins`, `${name} ends`]));
});
