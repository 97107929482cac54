import type { DnsRecord } from "../../components/outputs";

/** Something that is wrong, or may soon be. */
export interface Finding {
  /** Stable for each kind of finding, for programs: `listener-silent`, `dns-ptr`. */
  id: string;
  /** A fault keeps mail or logins from working, or is unsafe; a warning deserves a look. */
  severity: "fault" | "warning";
  /** What is wrong, in one sentence. */
  what: string;
  /** What to do about it. */
  todo: string;
  /** The DNS record to publish, where that is what to do. */
  record?: Pick<DnsRecord, "name" | "type" | "value"> & Partial<Pick<DnsRecord, "ttl">>;
}

export const fault = (id: string, what: string, todo: string): Finding => ({ id, severity: "fault", what, todo });
export const warning = (id: string, what: string, todo: string): Finding => ({ id, severity: "warning", what, todo });

/** One check of what was seen; it returns what is wrong. */
export type Check<Seen> = (seen: Seen) => Finding[];

/** The number of checks, and their findings. */
export interface Verdict {
  checks: number;
  findings: Finding[];
}

export function judge<Seen>(checks: Check<Seen>[], seen: Seen): Verdict {
  return { checks: checks.length, findings: checks.flatMap((check) => check(seen)) };
}

/** How to undo a manual edit. */
export const REPAIR =
  "`mail-relay drift` shows what was changed by hand; `pulumi up` with `driftCheck: true` restores it";
