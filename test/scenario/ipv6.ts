import { existsSync } from "node:fs";

/** Whether this machine has IPv6; without it the sandbox has none either. */
export const hasIpv6 = existsSync("/proc/sys/net/ipv6");

/** Tests that need it, and are skipped where it is missing. */
export const describeWithIpv6 = hasIpv6 ? describe : describe.skip;
