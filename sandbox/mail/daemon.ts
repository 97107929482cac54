import { join } from "node:path";
import { startSink } from "./sink";
import { Spool } from "./spool";

/** What the parent process hears once mail is received, or why it will not be. */
export type DaemonReport = { port: number } | { error: string };

/** The receiving server of a sandbox that is left running: `daemon.ts FOLDER ADDRESS PORT`. Ends on TERM. */
async function main([folder = "", address = "", port = ""]: string[]): Promise<void> {
  const spool = new Spool(join(folder, "messages"));
  const sink = await startSink({ address, port: Number(port), onMessage: (message) => spool.add(message) });
  process.on("SIGTERM", () => void sink.close());
  report({ port: sink.port });
}

function report(message: DaemonReport): void {
  process.send?.(message, () => process.disconnect());
}

main(process.argv.slice(2)).catch((error: unknown) => {
  report({ error: error instanceof Error ? error.message : String(error) });
});
