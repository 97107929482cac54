import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A container has its host's clock, so it is the command that is an hour ahead. */
export function tellsAnotherClock(doctor: () => Promise<{ code: number; stdout: string }>): void {
  test("is told from one whose clock is an hour off", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mail-relay-clock-"));
    writeFileSync(join(folder, "ahead.cjs"), "const { now } = Date; Date.now = () => now() + 3_600_000;");
    process.env.NODE_OPTIONS = `--require ${folder}/ahead.cjs`;
    const { code, stdout } = await doctor().finally(() => {
      delete process.env.NODE_OPTIONS;
      rmSync(folder, { recursive: true });
    });
    expect(stdout).toMatch(/the host's clock differs from this machine's by 1h/);
    expect(code).toBe(1);
  });
}
