import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a placeholder stands for. A list's placeholder has a line to itself, and becomes one line for each item. */
export type Value = string | number | string[];

/**
 * The text of a file, of a program without what explains it. One that is given values has its placeholders filled, any
 * other is taken as it is.
 */
export function textOf(folder: string, name: string, values?: Record<string, Value>): string {
  const whole = readFileSync(join(folder, name), "utf8");
  const text = name.endsWith(".py") ? withoutProse(whole) : whole;
  return values === undefined ? text : fill(text, values);
}

/** A script without its comments and docstrings, a quarter of what travels to the host; every line keeps its number. */
export function withoutProse(source: string): string {
  const lineBreaks = (text: string) => text.replace(/[^\n]/g, "");
  return source
    .replace(/^([ \t]*)"""[^]*?"""$/gm, (docstring: string, indent: string) => `${indent}""${lineBreaks(docstring)}`)
    .replace(/^[ \t]*#(?!!).*$/gm, "");
}

/** Puts values in place of `{{name}}`. A value can add no line of its own, or it could add a setting. */
export function fill(template: string, values: Record<string, Value>): string {
  const filled = new Set<string>();
  const valueOf = (name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`the template has a placeholder {{${name}}}, for which there is no value`);
    if ([value].flat().some((text) => /\p{Cc}/u.test(String(text)))) {
      throw new Error(`the value for {{${name}}} holds a line break or another control character`);
    }
    filled.add(name);
    return value;
  };
  const text = template
    .replaceAll(/^([ \t]*)\{\{(\w+)\}\}\n/gm, (_, indent: string, name: string) =>
      [valueOf(name)]
        .flat()
        .map((line) => `${indent}${line}\n`)
        .join(""),
    )
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = valueOf(name);
      if (Array.isArray(value)) throw new Error(`{{${name}}} stands for lines, so it needs a line to itself`);
      return String(value);
    });
  const unused = Object.keys(values).filter((name) => !filled.has(name));
  if (unused.length > 0) throw new Error(`the template has no placeholder for ${unused.join(", ")}`);
  return text;
}
