import { lines, shape, utf8, type Shape } from "./shape";

const long = (length: number) => "0123456789".repeat(Math.ceil(length / 10)).slice(0, length);
const words = (length: number) => "many words on one line, ".repeat(Math.ceil(length / 24)).slice(0, length);
const plain = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"];
const eight = [...plain, "Content-Transfer-Encoding: 8bit"];
const references = (count: number) =>
  Array.from({ length: count }, (_, index) => `<reference-${index}-${long(40)}@example.test>`).join(" ");

/** Messages of one text: its lines, its bytes and its headers. */
export const texts: Shape[] = [
  shape("plain", lines("Hello Bob,", "", "this is all.", "Alice")),
  shape("empty", ""),
  shape("one-newline", "\r\n"),
  shape("trailing-newlines", lines("text", "", "", "")),
  shape("trailing-spaces", lines("text  ", "\t", "more \t ")),
  shape("dots", lines(".", "..", ".one", "...", "text", ".")),
  shape("from-line", lines("From the beginning", ">From here")),
  shape("no-final-newline", "the last line has no end", { chunked: true }),
  shape("line-998", lines(long(998), "next")),
  shape("line-999", lines(long(999), "next")),
  shape("line-5000", lines("before", words(5000), "after")),
  shape("line-60000-dots", lines(`.${".".repeat(59_999)}`)),
  shape("long-line-8bit", lines(utf8("ä".repeat(1500))), { headers: eight, declares: ["BODY=8BITMIME"] }),
  shape("header-folded", lines("text"), { headers: ["Subject: one", "\ttwo", " three"] }),
  shape("header-long-words", lines("text"), { headers: [`References: ${references(24)}`, "Subject: after"] }),
  shape("header-long-twice", lines("text"), {
    headers: [
      `Comments: ${words(1200)}`,
      `References: ${references(24)}`,
      `Comments: ${words(2400)}`,
      "Comments: short",
    ],
  }),
  shape("header-long-word", lines("text"), { headers: [`X-Token: ${long(2500)}`, "Subject: after"] }),
  shape("header-many-recipients", lines("text"), {
    headers: [`Cc: ${Array.from({ length: 300 }, (_, index) => `person${index}@receiver.test`).join(", ")}`],
  }),
  shape("headers-many", lines("text"), {
    headers: Array.from({ length: 300 }, (_, index) => `X-Number-${index}: ${index}`),
  }),
  shape("header-empty", lines("text"), { headers: ["Subject:", "X-Empty: "] }),
  shape("header-odd-spaces", lines("text"), { headers: ["Subject:no space", "X-Wide:    wide   gaps\t."] }),
  shape("header-8bit", lines("text"), { headers: [utf8("Subject: Grüße")] }),
  shape("header-encoded", lines("text"), {
    headers: ["Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", ` =?utf-8?b?w6TDtg==?=`],
  }),
  shape("8bit", lines(utf8("Grüße aus Köln"), "= equals ="), { headers: eight, declares: ["BODY=8BITMIME"] }),
  shape("8bit-undeclared", lines(utf8("Grüße aus Köln")), { headers: eight }),
  shape("8bit-unlabelled", lines("\xe4\xf6\xfc \xff"), {}),
  shape("bare-cr", lines("one\rtwo", "three\r")),
  shape("control-characters", lines("\x01\x02\x07\x1b[0m\x7f")),
  shape("form-feed", lines("page one", "\fpage two\v"), { unsigned: true }),
  shape("nul", lines("before\0after"), {
    headers: ["X-Na\0me: 1", "Subject: a va\0lue"],
    chunked: true,
    declares: ["BODY=8BITMIME"],
  }),
  shape("quoted-printable", lines("Gr=C3=BC=C3=9Fe=20", "soft=", "break"), {
    headers: [...plain, "Content-Transfer-Encoding: quoted-printable"],
  }),
  shape("utf8-addresses", lines("text"), {
    declares: ["SMTPUTF8", "BODY=8BITMIME"],
    headers: [utf8("Subject: Grüße"), utf8("Cc: <jürgen@receiver.test>")],
  }),
];
