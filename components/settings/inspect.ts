import { RelayInput } from "./input";
import { readShape } from "./shape";
import { Issue, validate } from "./validate";

/** What a look at arguments finds. */
interface Inspection {
  /** What of the arguments is known and has the right shape. */
  input: RelayInput;
  issues: Issue[];
}

const outputAdvice =
  "is an Output, but decides which resources exist, so it must be known before anything runs; " +
  "give a plain value, with Outputs only inside it";

/** Finds everything wrong with arguments, as far as they are known; `isPending` says which values are not. */
export function inspect(args: unknown, isPending: (value: unknown) => boolean = () => false): Inspection {
  const wrong: Issue[] = [];
  const missing: Issue[] = [];
  const open: string[] = [];
  const input = readShape(args, {
    isPending,
    pending: (_, property, path) => {
      open.push(path);
      if (property.plain) wrong.push({ path, message: outputAdvice });
      return undefined;
    },
    apart: (value, path) => {
      // Where it was taken out before, that it was given is all there is of it.
      if (value !== true && !isPending(value) && typeof value !== "string") {
        wrong.push({ path, message: "is not text; put it in quotes" });
      }
      return true;
    },
    wrong: (path, message) => wrong.push({ path, message }),
    missing: (path, message) => missing.push({ path, message }),
  }) as RelayInput | undefined;
  if (input === undefined) return { input: {}, issues: wrong };

  const unread = [...open, ...wrong.map(({ path }) => path)];
  const holdsUnread = (path: string) => unread.some((other) => isSameOrWithin(other, path));
  const isUnread = (path: string) => unread.some((other) => isSameOrWithin(path, other));
  const deeper = validate(input)
    .filter(({ path, others }) => !isUnread(path) && !others.some((other) => isUnread(other) || holdsUnread(other)))
    .map(({ path, message }) => ({ path, message }));
  // The checks know better what to give than the schema does.
  const rest = missing.filter(({ path }) => !deeper.some((issue) => issue.path === path));
  return { input, issues: [...wrong, ...deeper, ...rest] };
}

function isSameOrWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
