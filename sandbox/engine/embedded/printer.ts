/** What a person sees of a run: one line per operation, messages, changed outputs and a summary, secrets masked. */
import type { Operation, OperationKind } from "../types";
import { lineDiff } from "./lineDiff";
import type { Masker } from "./masker";
import { parseUrn, PROVIDER_TYPE_PREFIX, STACK_TYPE } from "./urn";
import { containsSecret, containsUnknown, sameValue, type Props, type Value } from "./values";

const STILL_AFTER_MS = 10_000;

interface Wording {
  symbol: string;
  done: string;
  doing: string;
  /** Under what the summary counts it; absent: not at all. */
  counted?: { symbol: string; done: string; planned: string };
}

const CREATED = { symbol: "+", done: "created", planned: "to create" };
const DELETED = { symbol: "-", done: "deleted", planned: "to delete" };
const WORDING: Record<OperationKind, Wording> = {
  create: { symbol: "+", done: "created", doing: "creating", counted: CREATED },
  same: { symbol: " ", done: "unchanged", doing: "checking" },
  update: {
    symbol: "~",
    done: "updated",
    doing: "updating",
    counted: { symbol: "~", done: "updated", planned: "to update" },
  },
  "create-replacement": { symbol: "++", done: "created replacement", doing: "creating replacement" },
  replace: {
    symbol: "+-",
    done: "replaced",
    doing: "replacing",
    counted: { symbol: "+-", done: "replaced", planned: "to replace" },
  },
  "delete-replaced": { symbol: "--", done: "deleted original", doing: "deleting original" },
  delete: { symbol: "-", done: "deleted", doing: "deleting", counted: DELETED },
  read: { symbol: ">", done: "read", doing: "reading" },
  discard: { symbol: "<", done: "discarded", doing: "discarding" },
  "read-discard": { symbol: "<", done: "discarded", doing: "discarding" },
};

function label(urn: string): string {
  const { type, name } = parseUrn(urn);
  return `${type} ${name}`;
}

/** The stack and the providers made from configuration are not what a person thinks of as resources. */
function isListed(urn: string): boolean {
  const { type, name } = parseUrn(urn);
  return type !== STACK_TYPE && !(type.startsWith(PROVIDER_TYPE_PREFIX) && name.startsWith("default"));
}

/** Collects operations and text of one run. */
export class Printer {
  readonly operations: Operation[] = [];
  private readonly lines: string[] = [];
  private unchanged = 0;

  constructor(
    private readonly masker: Masker,
    private readonly preview: boolean,
    private readonly onLine: (line: string) => void = () => undefined,
  ) {}

  get text(): string {
    return this.lines.map((line) => `${line}\n`).join("");
  }

  line(text: string): void {
    for (const line of this.masker.mask(text).split("\n")) {
      this.lines.push(line);
      this.onLine(line);
    }
  }

  /** A message of the program, of a provider or of the engine. */
  message(severity: "info" | "warning" | "error", text: string, urn?: string): void {
    const about = urn !== undefined && isListed(urn) ? `${label(urn)}: ` : "";
    this.line(`${severity}: ${about}${text.trimEnd()}`);
  }

  /** Announces that an operation takes long; call the result when it has ended. */
  watch(kind: OperationKind, urn: string): () => void {
    const started = Date.now();
    const timer = setInterval(() => {
      const seconds = Math.round((Date.now() - started) / 1000);
      this.line(`  ${label(urn)} still ${WORDING[kind].doing} (${seconds}s)`);
    }, STILL_AFTER_MS);
    return () => clearInterval(timer);
  }

  /** Records a finished (or in a preview, planned) operation. */
  operation(kind: OperationKind, urn: string, details: { durationMs?: number; changed?: string[] } = {}): void {
    if (!isListed(urn)) {
      return;
    }
    const { type, name } = parseUrn(urn);
    this.operations.push({ kind, urn, type, name });
    if (kind === "same") {
      this.unchanged += 1;
      return;
    }
    const { symbol, done } = WORDING[kind];
    const result = this.preview ? kind : done;
    const time = details.durationMs === undefined ? "" : ` (${(details.durationMs / 1000).toFixed(1)}s)`;
    const changed = details.changed?.length ? ` [changed: ${details.changed.join(", ")}]` : "";
    this.line(`${symbol} ${label(urn)} ${result}${changed}${time}`);
  }

  /** Shows which stack outputs changed; a text of several lines as its diff. */
  outputs(before: Props, after: Props): void {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    const changed = keys.filter((key) => !sameValue(before[key], after[key]));
    if (changed.length > 0) {
      this.line("Outputs:");
      changed.forEach((key) => this.output(key, before[key], after[key]));
    }
  }

  private output(key: string, before: Value | undefined, after: Value | undefined): void {
    if (after === undefined) {
      this.line(`  - ${key}`);
    } else if (containsUnknown(after)) {
      this.line(`  ${before === undefined ? "+" : "~"} ${key}: [unknown]`);
    } else if (isText(before) && isText(after)) {
      this.line(`  ~ ${key}:`);
      lineDiff(chomp(before), chomp(after)).forEach((line) => this.line(`      ${line}`));
    } else if (isText(after)) {
      this.line(`  ${before === undefined ? "+" : "~"} ${key}: (${after.trimEnd().split("\n").length} lines)`);
    } else if (before === undefined) {
      this.line(`  + ${key}: ${this.masker.show(after)}`);
    } else {
      const same = containsSecret(before) || containsSecret(after);
      const was = same ? "" : `${this.masker.show(before)} => `;
      this.line(`  ~ ${key}: ${was}${this.masker.show(after)}`);
    }
  }

  summary(durationMs: number): void {
    const counts = new Map<string, number>();
    for (const { kind } of this.operations) {
      const counted = WORDING[kind].counted;
      if (counted !== undefined) {
        const words = `${counted.symbol} # ${this.preview ? counted.planned : counted.done}`;
        counts.set(words, (counts.get(words) ?? 0) + 1);
      }
    }
    const parts = [...counts].map(([words, count]) => words.replace("#", String(count)));
    if (this.unchanged > 0 || parts.length === 0) {
      parts.push(`${this.unchanged} unchanged`);
    }
    this.line(`Resources: ${parts.join(", ")}`);
    this.line(`Duration: ${(durationMs / 1000).toFixed(1)}s`);
  }
}

/** A file's last line end makes no line. */
function chomp(text: string): string {
  return text.replace(/\n$/, "");
}

function isText(value: Value | undefined): value is string {
  return typeof value === "string" && value.trimEnd().includes("\n");
}
