import { DEBIAN_NUMBER } from "../image/recipe";
import type { Release } from "../types";

export interface Size {
  slug: string;
  memory: number;
  vcpus: number;
  disk: number;
}

export const REGIONS = [
  "ams3",
  "atl1",
  "blr1",
  "fra1",
  "lon1",
  "nyc1",
  "nyc2",
  "nyc3",
  "sfo2",
  "sfo3",
  "sgp1",
  "syd1",
  "tor1",
];

/** The sizes a relay could want; a container uses what its host has, whatever size it is said to be. */
export const SIZES: Size[] = [
  { slug: "s-1vcpu-512mb-10gb", memory: 512, vcpus: 1, disk: 10 },
  { slug: "s-1vcpu-1gb", memory: 1024, vcpus: 1, disk: 25 },
  { slug: "s-1vcpu-2gb", memory: 2048, vcpus: 1, disk: 50 },
  { slug: "s-2vcpu-2gb", memory: 2048, vcpus: 2, disk: 60 },
  { slug: "s-2vcpu-4gb", memory: 4096, vcpus: 2, disk: 80 },
  { slug: "s-4vcpu-8gb", memory: 8192, vcpus: 4, disk: 160 },
];

const UBUNTU_SLUG = /^ubuntu-\d\d-\d\d-x64$/;

/** The release behind an image slug, or undefined for an image that this cloud does not have. */
export function releaseOf(slug: string, forUbuntu: Release): Release | undefined {
  const debian = (Object.keys(DEBIAN_NUMBER) as Release[]).find(
    (release) => slug === `debian-${DEBIAN_NUMBER[release]}-x64`,
  );
  return debian ?? (UBUNTU_SLUG.test(slug) ? forUbuntu : undefined);
}
