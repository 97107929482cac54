import type { DnsRecord } from "../../components";

/** Something that is wrong, or may soon be. */
export interface Finding {
  /** The same for the same kind of thing, for programs: `listener-silent`, `dns-ptr`. */
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

/** One question to what was seen: each finding is one that answers it badly. */
export type Check<Seen> = (seen: Seen) => Finding[];

/** How many questions were asked, and what came of them. */
export interface Verdict {
  checks: number;
  findings: Finding[];
}

export function judge<Seen>(checks: Check<Seen>[], seen: Seen): Verdict {
  return { checks: checks.length, findings: checks.flatMap((check) => check(seen)) };
}

/** Where most edits made by hand end. */
export const REPAIR =
  "`mail-relay drift` shows what was changed by hand; `pulumi up` with `driftCheck: true` puts it back";
