/** Makes one word of a POSIX shell command line of any text: inside single quotes nothing is special but the quote. */
export function shellQuote(text: string): string {
  if (text.includes("\0")) throw new Error("a shell word cannot hold a NUL");
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
