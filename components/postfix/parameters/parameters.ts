import { Facts } from "../facts";

/** One main.cf parameter's value: text, a list (printed with commas), a number or a yes/no. */
export type ParameterValue = string | string[] | number | boolean;
export type Parameters = Record<string, ParameterValue>;

/** Those of the parameters that this host's Postfix knows. */
export function only(facts: Facts, parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => facts.parameters.includes(name)));
}
