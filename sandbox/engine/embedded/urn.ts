/** Resource names: `urn:pulumi:STACK::PROJECT::PARENT_TYPES$TYPE::NAME`. */

export const STACK_TYPE = "pulumi:pulumi:Stack";
export const PROVIDER_TYPE_PREFIX = "pulumi:providers:";

interface UrnParts {
  stack: string;
  project: string;
  /** With the types of all parents but the stack, joined by `$`. */
  qualifiedType: string;
  type: string;
  name: string;
}

export function parseUrn(urn: string): UrnParts {
  const [prefix = "", project = "", qualifiedType = "", ...name] = urn.split("::");
  const types = qualifiedType.split("$");
  return {
    stack: prefix.replace(/^urn:pulumi:/, ""),
    project,
    qualifiedType,
    type: types[types.length - 1] ?? "",
    // A name may itself contain the separator.
    name: name.join("::"),
  };
}

/** The URN of a resource; the stack as a parent does not show in it. */
export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentType = parent === undefined ? STACK_TYPE : parseUrn(parent).qualifiedType;
  const qualifiedType = parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualifiedType}::${name}`;
}

/** One alias as the program states it: a whole URN, or the parts that were different. */
export type Alias =
  { urn: string } | { name: string; type: string; stack: string; project: string; parent: string | undefined };

/**
 * The URNs under which a resource may be known in the old state, most likely first, its own left out.
 * `parentBefore` is what the parent was called when the parent itself was found through an alias.
 */
export function aliasUrns(urn: string, parent: string | undefined, aliases: Alias[], parentBefore?: string): string[] {
  const own = parseUrn(urn);
  const found: string[] = [];
  for (const alias of aliases) {
    found.push(
      "urn" in alias
        ? alias.urn
        : makeUrn(
            alias.stack || own.stack,
            alias.project || own.project,
            alias.parent,
            alias.type || own.type,
            alias.name || own.name,
          ),
    );
  }
  if (parent !== undefined && parentBefore !== undefined) {
    const inherited = [urn, ...found].map((candidate) => underOldParent(candidate, parent, parentBefore));
    found.push(...inherited);
  }
  return [...new Set(found)].filter((candidate) => candidate !== urn);
}

/** A child named after its parent was named after the parent's old name. */
function underOldParent(child: string, parent: string, parentBefore: string): string {
  const { stack, project, type, name } = parseUrn(child);
  const now = parseUrn(parent).name;
  const before = parseUrn(parentBefore).name;
  const childName = name.startsWith(now) ? before + name.slice(now.length) : name;
  return makeUrn(stack, project, parentBefore, type, childName);
}
