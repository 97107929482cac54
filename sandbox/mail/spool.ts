import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReceivedMessage } from "./mailbox";

const SUFFIX = ".json";

/** Messages as files of a folder, so that a receiving server and those who look at its mail can come and go. */
export class Spool {
  private count = 0;

  constructor(private readonly folder: string) {}

  async add(message: ReceivedMessage): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    // In order of arrival by name: by time, and within one millisecond by count.
    const name = `${Date.now()}-${String(this.count++).padStart(9, "0")}`;
    const path = join(this.folder, name);
    await writeFile(path, JSON.stringify(message), { mode: 0o600 });
    // Under its final name a message is always complete.
    await rename(path, path + SUFFIX);
  }

  async messages(): Promise<ReceivedMessage[]> {
    const names = await readdir(this.folder).catch(() => []);
    const complete = names.filter((name) => name.endsWith(SUFFIX)).sort();
    return Promise.all(
      complete.map(async (name) => JSON.parse(await readFile(join(this.folder, name), "utf8")) as ReceivedMessage),
    );
  }
}
