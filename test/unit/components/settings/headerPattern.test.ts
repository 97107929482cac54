import { patternProblem, valueExpression } from "../../../../components/settings/headerPattern";

test.each([
  ["\\d{4}", /\\d.*\[0-9\]/],
  ["a\\tb", /\[\[:blank:\]\]/],
  ["[\\d.]+", /\\d between \[ and \].*write 0-9/],
  ["[\\s]", /write \[:space:\]/],
  ["[\\.]", /write the character alone/],
  ["{:a", /write \[\{\]/],
  ["a{,", /begins no number of times/],
  ["urgent^", /\^ that no text can stand before/],
  ["(^urgent)", /begin the pattern/],
  ["urgent$ now", /\$ that no text can stand behind/],
])("%s, which matches nothing that its author means, is refused with what to write", (pattern, said) => {
  expect(patternProblem(pattern)).toMatch(said);
});

test.each([
  "^URGENT",
  "URGENT$",
  "(a|b$)",
  "^a|^b$|c",
  "[0-9]{4}",
  "a{1,}b{2,3}[{]\\{",
  "[^]a]",
  "[[:digit:]]",
  "[\\\\]",
  "\\$5",
  "\\.exe\\b",
  "[$^]",
  "a b",
])("%s can match", (pattern) => {
  expect(patternProblem(pattern)).toBeUndefined();
});

test.each([
  ["^URGENT", "([[:space:]]*URGENT)"],
  ["a|^b$", "(.*a|[[:space:]]*b$)"],
  ["(a|b)c", "(.*(a|b)c)"],
  ["very urgent", "(.*very[[:space:]]+urgent)"],
  ["a *b", "(.*a[[:space:]]*b)"],
  ["[ -]x", "(.*[ -[:space:]]x)"],
  ["\\|[|]", "(.*\\|[|])"],
])("%s becomes %s", (pattern, expected) => {
  expect(valueExpression(pattern)).toBe(expected);
});
