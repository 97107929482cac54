import type { RelayInput } from "./input";

/**
 * Why a main.cf parameter may not be in `postfixParameters`, and what to do instead. A function says so only for inputs
 * whose options write the parameter: one of the two would be lost without a word.
 */
export type Refusal = string | ((input: RelayInput) => string | undefined);
export type OwnedParameters = Record<string, Refusal>;

export const left = (why: string): Refusal => `is left to the component; ${why}`;
export const use = (option: string): Refusal => left(`use ${option} instead`);
export const fixed = left("it is part of what keeps the relay safe and provable, and cannot be changed");

export function written(option: string, value: unknown): string | undefined {
  const used = value !== undefined && value !== 0;
  return used ? `is also written for ${option}; use only one of the two` : undefined;
}

/** Why this input may not have a parameter; undefined for one that is free. */
export function refusalOf(parameter: string, input: RelayInput, owned: OwnedParameters): string | undefined {
  const refusal = Object.hasOwn(owned, parameter) ? owned[parameter] : undefined;
  return typeof refusal === "function" ? refusal(input) : refusal;
}
