/** A value that `inspect` would have reported if it were missing. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("settings are resolved only from arguments without issues");
  return value;
}
