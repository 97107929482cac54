import type { Request } from "express";

const DEFAULT_PER_PAGE = 20;
const MOST_PER_PAGE = 200;

/** One page of a list in the API's envelope: the items under their name, links to other pages, the total. */
export function page<T>(request: Request, name: string, items: T[]): Record<string, unknown> {
  const parameter = (key: string, fallback: number) => Math.max(1, Number(request.query[key]) || fallback);
  const perPage = Math.min(MOST_PER_PAGE, parameter("per_page", DEFAULT_PER_PAGE));
  const current = parameter("page", 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const link = (number: number) =>
    `${request.protocol}://${request.get("host") ?? ""}${request.path}?page=${number}&per_page=${perPage}`;
  const forward = current < last ? { next: link(current + 1), last: link(last) } : {};
  const back = current > 1 ? { first: link(1), prev: link(current - 1) } : {};
  return {
    [name]: items.slice((current - 1) * perPage, current * perPage),
    links: last > 1 ? { pages: { ...back, ...forward } } : {},
    meta: { total: items.length },
  };
}
