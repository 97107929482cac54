import { Proof } from "../outputs";

/** The output `proof` in one line: how much was proved, and what wants looking after. */
export function proofSummary({ passed, skipped, warnings, certificate }: Proof): string {
  const omitted = Object.keys(skipped ?? {}).length;
  return [
    `${passed.length} checks passed`,
    ...(omitted > 0 ? [`${omitted} not possible on this host`] : []),
    ...(certificate ? [`certificate until ${certificate.notAfter.slice(0, 10)}`] : []),
    ...(warnings ?? []).map((warning) => `warning: ${warning}`),
  ].join("; ");
}
