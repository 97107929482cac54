import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";

/** Secrets to look for, each under a name that may be printed where one is found. */
export type Canaries = Record<string, string>;

/** Looks for secrets in clear and in every form in which this project, or SMTP, carries them. */
export class Hunt {
  private readonly forms: { name: string; form: string }[];

  constructor(canaries: Canaries) {
    this.forms = Object.entries(canaries).flatMap(([name, secret]) => formsOf(secret).map((form) => ({ name, form })));
  }

  /** The names of the secrets that a text holds. */
  in(text: string): string[] {
    const texts = [text, ...unpacked(text)];
    return [
      ...new Set(this.forms.filter(({ form }) => texts.some((one) => one.includes(form))).map(({ name }) => name)),
    ];
  }

  /** All forms, one a line, as grep wants them. */
  get patterns(): string {
    return [...this.forms.map(({ form }) => form), archive].map((form) => `${form}\n`).join("");
  }

  /** Every file below a folder that holds a secret, as `path: names`; folders of the names in `skip` are left out. */
  inFolder(folder: string, skip: string[] = []): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skip.includes(entry.name) ? [] : this.inFolder(path, skip);
      const names = entry.isFile() ? this.in(readFileSync(path, "latin1")) : [];
      return names.length > 0 ? [`${path}: ${names.join(" ")}`] : [];
    });
  }
}

/** How every archive of a step begins in base64: compressed, and without a time. */
const archive = "H4sIAAAAAA";

/** What is in the archives within a text, as far as they are whole. */
function unpacked(text: string): string[] {
  return [...text.matchAll(new RegExp(`${archive}[\\w+/]+=*`, "g"))].map(([found]) => {
    try {
      const options = { finishFlush: constants.Z_SYNC_FLUSH };
      return gunzipSync(Buffer.from(found, "base64"), options).toString("latin1");
    } catch {
      return "";
    }
  });
}

/** The user database is text in hexadecimal inside an archive in base64, hence base64 of hexadecimal too. */
function formsOf(secret: string): string[] {
  const hex = Buffer.from(secret).toString("hex");
  return [secret, hex, hex.toUpperCase(), ...base64Forms(secret), ...base64Forms(hex)];
}

/** What stays the same of a text in base64 whatever stands around it: one form for each place it can start at. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
}

interface ProcessLog {
  /** Command lines and environments that held a secret, with where they were seen. */
  findings: string[];
  /** How many different command lines were seen. */
  commands: number;
}

const LOOK_EVERY_MS = 20;
/** How Pulumi itself hands a program its configuration; only root can read the environment of root's processes. */
const PULUMI_CONFIG = /^PULUMI_CONFIG=/;

/**
 * Looks at the command line and the environment of every process of this machine, those in droplets included, again
 * and again until it is stopped.
 */
export function watchProcesses(hunt: () => Hunt): { stop: () => ProcessLog } {
  const texts = new Map<string, string>();
  let commands = 0;
  const note = (text: string, what: string, pid: string) => {
    const key = `${what} ${text}`;
    if (text === "" || texts.has(key)) return;
    texts.set(key, `${what} of ${executable(pid)} (process ${pid})`);
    if (what === "command line") commands += 1;
  };
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      note(read(pid, "cmdline"), "command line", pid);
      for (const variable of environment(pid)) note(variable, "environment", pid);
    }
  }, LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      // What the secrets are may be known only now: one of them is generated on the way.
      const seen = [...texts].map(([text, where]) => ({ names: hunt().in(text), where }));
      const findings = seen.filter(({ names }) => names.length > 0);
      return {
        findings: findings.map(({ names, where }) => `${where}: ${names.join(" ")}`),
        commands,
      };
    },
  };
}

const environment = (pid: string) =>
  read(pid, "environ")
    .split("\0")
    .filter((variable) => !PULUMI_CONFIG.test(variable));

/** Empty for a process that has ended. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

function executable(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "a program that has ended";
  }
}
