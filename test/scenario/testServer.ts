import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { eventually } from "./support";

/** A server of a test's own. */
export interface TestServer<Answer> {
  /** What `ready` found. */
  answer: Answer;
  /** Has it read its files again. */
  reload: () => void;
  /** Ends it, and removes its folder. */
  close: () => Promise<void>;
}

/** Starts a server that keeps its files in a folder, and asks `ready` until that answers; otherwise nothing of it is left. */
export async function startTestServer<Answer>(
  [command, ...options]: [string, ...string[]],
  folder: string,
  ready: () => Promise<Answer>,
  environment: NodeJS.ProcessEnv = {},
): Promise<TestServer<Answer>> {
  const server = spawn(command, options, { env: { PATH: process.env.PATH, ...environment }, stdio: "ignore" });
  const ended = once(server, "exit");
  const close = async () => {
    server.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { answer: await eventually(ready), reload: () => server.kill("SIGHUP"), close };
  } catch (error) {
    await close();
    throw error;
  }
}
