/**
 * Patterns of header checks. They are POSIX extended expressions, which many write like those of their own language: such
 * a pattern matches nothing, without a word. Postfix matches it against the whole header, whose value may be folded.
 */

/** What glibc knows besides POSIX. */
const knownEscapes = "wWsSbB<>";

const written: Record<string, string> = {
  d: "[0-9]",
  D: "[^0-9]",
  t: "[[:blank:]]",
  h: "[[:blank:]]",
  n: "a space",
  r: "a space",
};

interface Token {
  kind: "bracket" | "escape" | "character";
  text: string;
}

function tokens(pattern: string): Token[] {
  const found = pattern.matchAll(/\[\^?\]?(?:\[[:.=].*?[:.=]\]|[^\]])*\]|\\.|./gsu);
  return [...found].map(([text]) => ({
    kind:
      text.length > 1 && text.startsWith("[")
        ? "bracket"
        : text.length > 1 && text.startsWith("\\")
          ? "escape"
          : "character",
    text,
  }));
}

/** Why a pattern can never match what its author means, and what to write; undefined if it can. */
export function patternProblem(pattern: string): string | undefined {
  const all = tokens(pattern);
  for (const [index, { kind, text }] of all.entries()) {
    if (kind === "escape" && /[A-Za-z]/.test(text[1]!) && !knownEscapes.includes(text[1]!)) {
      const instead = written[text[1]!] ?? "what it stands for";
      return `holds ${text}, which POSIX expressions do not know; write ${instead}`;
    }
    const escaped = kind === "bracket" ? /\\[^\\\]]/.exec(text) : null;
    if (escaped) {
      const instead = written[escaped[0][1]!] ?? (escaped[0][1] === "s" ? "[:space:]" : "the character alone");
      return `holds ${escaped[0]} between [ and ], where a backslash is a character of its own; write ${instead.replace(/^\[(\w-\w|\[.*\])\]$/, "$1")}`;
    }
    if (kind === "character" && text === "{" && !/^\{\d{1,3}(,\d{0,3})?\}/.test(textFrom(all, index))) {
      return "holds a { that begins no number of times; write [{]";
    }
    if (kind === "character" && text === "^" && !beginsAlternative(all, index)) {
      return "holds a ^ that no text can stand before; begin the pattern, or what follows a |, with it";
    }
    if (kind === "character" && text === "$" && !endsAlternative(all, index)) {
      return "holds a $ that no text can stand behind; end the pattern, or what stands before a |, with it";
    }
  }
  return undefined;
}

const textFrom = (all: Token[], index: number) =>
  all
    .slice(index)
    .map(({ text }) => text)
    .join("");

/** Outside of all groups, and first in its alternative. */
function beginsAlternative(all: Token[], index: number): boolean {
  return depth(all, index) === 0 && (index === 0 || isBar(all[index - 1]!));
}

function endsAlternative(all: Token[], index: number): boolean {
  return all.slice(index + 1).every(isClosing) || isBar(all.slice(index + 1).find((token) => !isClosing(token))!);
}

const isBar = ({ kind, text }: Token) => kind === "character" && text === "|";
const isClosing = ({ kind, text }: Token) => kind === "character" && text === ")";

function depth(all: Token[], index: number): number {
  const before = all.slice(0, index).filter(({ kind }) => kind === "character");
  return before.filter(({ text }) => text === "(").length - before.filter(({ text }) => text === ")").length;
}

/**
 * The expression that matches a header's value, from behind the colon on, where the pattern matches in it: ^ is where the
 * value begins, and a space also matches where a header is folded.
 */
export function valueExpression(pattern: string): string {
  const alternatives: string[] = [""];
  const all = tokens(pattern);
  all.forEach((token, index) => {
    if (isBar(token) && depth(all, index) === 0) alternatives.push("");
    else alternatives[alternatives.length - 1] += folding(token, all[index + 1]);
  });
  const each = alternatives.map((text) => (text.startsWith("^") ? `[[:space:]]*${text.slice(1)}` : `.*${text}`));
  return `(${each.join("|")})`;
}

function folding({ kind, text }: Token, next: Token | undefined): string {
  if (kind === "bracket") return text.includes(" ") && !text.startsWith("[^") ? `${text.slice(0, -1)}[:space:]]` : text;
  if (text !== " ") return text;
  return next?.kind === "character" && /[*+?{]/.test(next.text) ? "[[:space:]]" : "[[:space:]]+";
}
