import { join } from "node:path";

/** Where all instances keep their state; read late, so that tests can choose another place. */
export const homeFolder = (): string => process.env.SANDBOX_HOME ?? "/var/lib/mail-relay-sandbox";

/** Where base images are kept. */
export const cacheFolder = (): string => process.env.SANDBOX_CACHE ?? "/var/cache/mail-relay-sandbox";

/** The state folder of one instance. */
export const instanceFolder = (name: string): string => join(homeFolder(), name);
