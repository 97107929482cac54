/** Rules of the Terraform bridge, on which the original provider is built. */
import type { Props } from "../../embedded/values";
import type { ResourceKind } from "../provider";

/** Where the bridge notes, among the inputs, which of them it chose itself. */
const DEFAULTS_KEY = "__defaults";

/**
 * A kind whose resources have a name, which the provider makes up where the program gives none. The bridge takes a given
 * name for one that only one resource can have at a time: what has one is deleted before it is replaced, unless the
 * program says otherwise. It does so only where the provider itself asks for the replacement.
 */
export function named(kind: ResourceKind): ResourceKind {
  const { update } = kind;
  return {
    ...kind,
    check: (inputs, name, old) => ({
      ...kind.check(inputs, name, old && own(old)),
      [DEFAULTS_KEY]: inputs.name === undefined ? ["name"] : [],
    }),
    diff: (old, inputs) => {
      const diff = kind.diff({ ...old, inputs: own(old.inputs) }, own(inputs));
      const chosen = inputs[DEFAULTS_KEY];
      const isGiven = Array.isArray(chosen) && !chosen.includes("name");
      return diff.replaces.length > 0 && isGiven ? { ...diff, deleteBeforeReplace: true } : diff;
    },
    create: (inputs, context) => kind.create(own(inputs), context),
    update: update && ((old, inputs, context) => update({ ...old, inputs: own(old.inputs) }, own(inputs), context)),
  };
}

function own(inputs: Props): Props {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== DEFAULTS_KEY));
}
