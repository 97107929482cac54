/** Hides secrets in everything that is printed. */
import { containsSecret, leaves, secret, unwrap, type Props, type Value } from "./values";

const MASK = "[secret]";
/** Shorter texts occur by chance in ordinary output. */
const SHORTEST = 3;
/** Part of a secret object, but there to tell one thing from another: without them no message would make sense. */
const NAMES = ["name", "login", "user", "username", "host", "address"];
/** Shorter lines of a longer secret are its ordinary words: brackets, package names, a BEGIN line's neighbours. */
const SHORTEST_LINE = 20;

/**
 * Knows every secret seen in a run, and hides them. A text that is public elsewhere (an address that is also part of a
 * secret connection) is left readable.
 */
export class Masker {
  private readonly secrets = new Set<string>();
  private readonly publics = new Set<string>();
  private forms: string[] | undefined;

  /** Learns from what the program passes in: what it gives in clear is public. */
  learnInputs(inputs: Props): void {
    this.learnOutputs(inputs);
    for (const [text, , secrecy] of leaves(inputs)) {
      if (secrecy === "none") {
        [text, ...text.split("\n")].forEach((line) => this.publics.add(line.trim()));
      }
    }
  }

  /** Learns the secrets in what a provider returns; what it returns in clear proves nothing: a command may print a password. */
  learnOutputs(outputs: Props): void {
    for (const [text, key, secrecy] of leaves(outputs)) {
      if (secrecy === "itself" || (secrecy === "within" && !NAMES.includes(key))) {
        this.add(text);
      }
    }
    this.forms = undefined;
  }

  /** Learns one secret text, for example of the configuration; in JSON text also what is inside. */
  learnText(text: string): void {
    this.add(text);
    this.learnOutputs({ text: secret(parseIfStructured(text)) });
  }

  /** The same text with every known secret replaced. */
  mask(text: string): string {
    this.forms ??= this.compile();
    return this.forms.reduce((masked, hidden) => masked.replaceAll(hidden, MASK), text);
  }

  /** A property value for printing. */
  show(value: Value): string {
    if (containsSecret(value)) {
      return MASK;
    }
    return this.mask(typeof value === "string" ? value : JSON.stringify(unwrap(value)));
  }

  /** A key of several lines is printed line by line, and quoted in messages: so each line is a secret. */
  private add(text: string): void {
    const whole = text.trim();
    if (whole.length >= SHORTEST) {
      this.secrets.add(whole);
    }
    const lines = text.split("\n").map((line) => line.trim());
    lines.filter((line) => line.length >= SHORTEST_LINE).forEach((line) => this.secrets.add(line));
  }

  /** Longest first, so that no secret is cut by a shorter one inside it. */
  private compile(): string[] {
    const hidden = [...this.secrets].filter((text) => !this.publics.has(text));
    // Inside JSON and quoted commands a secret's special characters are escaped.
    const forms = hidden.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
    return [...new Set(forms)].sort((one, other) => other.length - one.length);
  }
}

function parseIfStructured(text: string): Value {
  if (!/^\s*[[{]/.test(text)) {
    return text;
  }
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
