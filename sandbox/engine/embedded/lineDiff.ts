/** A unified diff of two texts, by longest common subsequence: configuration files are short. */

const CONTEXT = 2;

interface Line {
  sign: " " | "+" | "-";
  text: string;
}

/** The changed lines with a little context; hunks are divided by a line of dots. */
export function lineDiff(before: string, after: string): string[] {
  const lines = align(before.split("\n"), after.split("\n"));
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.sign !== " "),
  );
  const shown: string[] = [];
  lines.forEach((line, index) => {
    if (near[index]) {
      shown.push(`${line.sign} ${line.text}`.trimEnd());
    } else if (index > 0 && near[index - 1] && near.includes(true, index)) {
      shown.push("  ...");
    }
  });
  return shown;
}

function align(before: string[], after: string[]): Line[] {
  const common = commonLengths(before, after);
  const lines: Line[] = [];
  let old = 0;
  let now = 0;
  while (old < before.length || now < after.length) {
    const oldText = before[old];
    const nowText = after[now];
    if (oldText !== undefined && oldText === nowText) {
      lines.push({ sign: " ", text: oldText });
      old += 1;
      now += 1;
    } else if (
      nowText === undefined ||
      (oldText !== undefined && lengthAt(common, old + 1, now) >= lengthAt(common, old, now + 1))
    ) {
      lines.push({ sign: "-", text: oldText ?? "" });
      old += 1;
    } else {
      lines.push({ sign: "+", text: nowText });
      now += 1;
    }
  }
  return lines;
}

/** For every pair of positions, how many lines the rests have in common. */
function commonLengths(before: string[], after: string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let old = before.length - 1; old >= 0; old -= 1) {
    for (let now = after.length - 1; now >= 0; now -= 1) {
      const row = table[old] as number[];
      row[now] =
        before[old] === after[now]
          ? lengthAt(table, old + 1, now + 1) + 1
          : Math.max(lengthAt(table, old + 1, now), lengthAt(table, old, now + 1));
    }
  }
  return table;
}

function lengthAt(table: number[][], row: number, column: number): number {
  return table[row]?.[column] ?? 0;
}
