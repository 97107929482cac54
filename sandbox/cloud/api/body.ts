import { invalid } from "./errors";

/** The JSON object a request came with, read field by field; what has the wrong shape is a 422 that names the field. */
export class Body {
  private readonly fields: Record<string, unknown>;

  constructor(json: unknown) {
    this.fields = typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }

  string(name: string): string {
    const value = this.optionalString(name);
    if (!value) throw invalid(`${name} is required`);
    return value;
  }

  optionalString(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.fields[name];
    if (typeof value !== "string") throw invalid(`${name} must be a string`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.fields[name] ?? false;
    if (typeof value !== "boolean") throw invalid(`${name} must be true or false`);
    return value;
  }

  optionalNumber(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.fields[name];
    if (typeof value !== "number") throw invalid(`${name} must be a number`);
    return value;
  }

  number(name: string): number {
    const value = this.optionalNumber(name);
    if (value === undefined) throw invalid(`${name} is required`);
    return value;
  }

  strings(name: string): string[] {
    return this.list(name, (value): value is string => typeof value === "string", "strings");
  }

  numbers(name: string): number[] {
    return this.list(name, (value): value is number => typeof value === "number", "numbers");
  }

  stringsOrNumbers(name: string): (string | number)[] {
    const isEither = (value: unknown): value is string | number => ["string", "number"].includes(typeof value);
    return this.list(name, isEither, "strings or numbers");
  }

  object(name: string): Body {
    return new Body(this.fields[name]);
  }

  objects(name: string): Body[] {
    const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
    return this.list(name, isObject, "objects").map((value) => new Body(value));
  }

  private list<T>(name: string, isElement: (value: unknown) => value is T, what: string): T[] {
    const value = this.fields[name] ?? [];
    if (!Array.isArray(value) || !value.every(isElement)) throw invalid(`${name} must be a list of ${what}`);
    return value;
  }
}
