/** A message in its parts, one character per byte; each header with its folded lines, without the last line's end. */
export interface Message {
  headers: string[];
  body: string;
}

export function parse(raw: string): Message {
  const headers: string[] = [];
  let rest = raw;
  for (;;) {
    const [line = ""] = /^.*?(\r\n|$)/.exec(rest) ?? [];
    if (/^[ \t]/.test(line) && headers.length > 0) headers.push(`${headers.pop()}\r\n${line.replace(/\r\n$/, "")}`);
    else if (/^[!-9;-~]+[ \t]*:/.test(line)) headers.push(line.replace(/\r\n$/, ""));
    else return { headers, body: line === "\r\n" ? rest.slice(2) : rest };
    rest = rest.slice(line.length);
  }
}

export const print = ({ headers, body }: Message) => `${headers.map((header) => `${header}\r\n`).join("")}\r\n${body}`;

export const nameOf = (header: string) => header.slice(0, header.indexOf(":")).trimEnd().toLowerCase();

export const has = ({ headers }: Message, name: string) => headers.some((header) => nameOf(header) === name);
