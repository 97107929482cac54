import { InvalidArgumentError, Option, type Command } from "commander";

/** Options of every command, before or after its name. */
export interface GlobalOptions {
  host?: string;
  port?: number;
  user?: string;
  identity?: string;
  hostKey?: string;
  sandbox?: string;
  stack?: string;
  cwd?: string;
  relay?: string;
  json?: boolean;
  mask?: boolean;
}

/** A whole number of at least 1. */
export function positiveNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a whole number, 1 or more.");
}

function portNumber(value: string): number {
  const port = positiveNumber(value);
  if (port < 65_536) return port;
  throw new InvalidArgumentError("A port is a number from 1 to 65535.");
}

export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(new Option("--host <address>", "the relay's host, with --host-key"))
    .addOption(new Option("--port <port>", "its SSH port (default: 22)").argParser(portNumber))
    .addOption(new Option("--user <name>", "root, or a user with passwordless sudo (default: root)"))
    .addOption(new Option("--identity <file>", "the SSH private key (default: the keys in ssh-agent)"))
    .addOption(new Option("--host-key <key>", "the host's ed25519 public key: a .pub file, or its text"))
    .addOption(new Option("--sandbox <name>", "the relay of a running sandbox (only in the repository)"))
    .addOption(new Option("--stack <name>", "the Pulumi stack (default: the selected one)"))
    .addOption(new Option("--cwd <folder>", "the folder of the Pulumi project (default: this one)"))
    .addOption(new Option("--relay <name>", "the relay to use, if the stack has several"))
    .addOption(new Option("--json", "print results as JSON"))
    .addOption(new Option("--mask", "shorten the local part of mail addresses to its first letter"));
}
