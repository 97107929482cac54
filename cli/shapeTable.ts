import { count, note, print, printTable } from "./output";

/** How many recipients have waited for how long; `counts` has one more entry than `minutes`, for all that is longer. */
export interface Shape {
  minutes: number[];
  total: number[];
  domain_count: number;
  domains: { domain: string; counts: number[] }[];
}

export function printShape({ minutes, total, domain_count, domains }: Shape): void {
  if (domain_count === 0) return print("no messages");
  const rows = [{ domain: "TOTAL", counts: total }, ...domains];
  const sum = (counts: number[]) => String(counts.reduce((all, one) => all + one, 0));
  printTable(rows, [
    { head: "", cell: ({ domain }) => domain, width: 48 },
    { head: "T", cell: ({ counts }) => sum(counts), right: true },
    ...[...minutes.map(String), `${minutes.at(-1)}+`].map((head, index) => ({
      head,
      cell: ({ counts }: (typeof rows)[number]) => String(counts[index] ?? 0),
      right: true,
    })),
  ]);
  if (domain_count > domains.length) note(`${count(domain_count, "domain")}; these are the ${domains.length} largest`);
}
