/** The value in the middle; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("the median of nothing");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** Two things by turns, either first every other time: what slows one of them for a while slows both. */
export async function alternately(
  turn: number,
  first: () => Promise<void>,
  second: () => Promise<void>,
): Promise<void> {
  const order = turn % 2 === 0 ? [first, second] : [second, first];
  for (const action of order) await action();
}
