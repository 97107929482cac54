import { join } from "node:path";

/** The Python library that the deploy's programs and the command's share on the host, as the package `lib`. */
export const libraryFolder = join(__dirname, "lib");
