import { existsSync } from "node:fs";

/** Tests that need IPv6 of this machine; without it the sandbox has none either, and they are skipped. */
export const describeWithIpv6 = existsSync("/proc/sys/net/ipv6") ? describe : describe.skip;
