import { join, resolve } from "node:path";

/** The checkout: where package.json, the program and its Pulumi.yaml are. */
export const PROJECT_ROOT = resolve(__dirname, "..");

/** An executable that came with an npm package. */
export const npmBinary = (name: string): string => join(PROJECT_ROOT, "node_modules", ".bin", name);
