import { bytes, queueId, seconds } from "../../../cli/filters";
import { duration, json, masked, plain, plainLines, size } from "../../../cli/output";

test.each([
  ["90s", 90],
  ["30m", 1800],
  ["2h", 7200],
  ["1d", 86_400],
  ["2w", 1_209_600],
])("%s is %d seconds", (text, expected) => expect(seconds(text)).toBe(expected));

test.each([
  ["to=<bob@receiver.test>, relay=mx.receiver.test", "to=<b…@receiver.test>, relay=mx.receiver.test"],
  ['{"sender": "alice.smith+x@example.test"}', '{"sender": "a…@example.test"}'],
  ["a@b.test c@d.test", "a…@b.test c…@d.test"],
  ["sasl_username=alice@example.test", "sasl_username=a…@example.test"],
  ['to=<"a b>, status=sent"@receiver.test>', 'to=<"…"@receiver.test>'],
  ["to=<bob@[192.0.2.1]>, <bob@ä.example>", "to=<b…@[192.0.2.1]>, <b…@ä.example>"],
  ["<>", "<>"],
  ["20 @ 30, @example.test", "20 @ 30, @example.test"],
])("%s is masked", (text, expected) => {
  expect(masked(text)).toBe(expected);
  expect(masked(expected)).toBe(expected);
});

test.each(["", "2", "h", "-1h", "1.5h", "2 h", "2H", "99999999d"])("%j is no time", (text) =>
  expect(() => seconds(text)).toThrow("Give a number and its unit"),
);

test.each([
  ["500", 500],
  ["20k", 20_000],
  ["5M", 5_000_000],
])("%s is %d bytes", (text, expected) => expect(bytes(text)).toBe(expected));

test.each(["", "-1", "5m", "1e3", "0x10"])("%j is no size", (text) => expect(() => bytes(text)).toThrow("Give bytes"));

test.each(["ALL", "-", "4bXyz; rm", "../../etc", "4bXyz\n"])("%j is not a queue id", (text) =>
  expect(() => queueId(text)).toThrow("is not a queue id"),
);

test.each([
  [0, "0s"],
  [59, "59s"],
  [61, "1m1s"],
  [3600, "1h"],
  [90_061, "1d1h"],
])("%d seconds read %s", (number, text) => expect(duration(number)).toBe(text));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1500, "1.5 kB"],
  [52_800_000, "52.8 MB"],
  [123_456_789, "123 MB"],
])("%d bytes read %s", (number, text) => expect(size(number)).toBe(text));

const hostile = "a\u001b[2Jb\u009bc\u202ed\te\nf\rg\u2028h\ufeffi\u{e0041}j\ud800k";

test("what a stranger has put into a message cannot act on the terminal", () => {
  expect(plainLines(hostile)).toBe("a\ufffd[2Jb\ufffdc\ufffdd\te\nf\ufffdg\ufffdh\ufffdi\ufffdj\ufffdk");
  expect(plain("a\nall is well")).toBe("a all is well");
});

test("nor can it as JSON, which still has the same value", () => {
  const text = json({ [hostile]: hostile });
  expect(text).toMatch(/^[ -~\ufffd]*$/);
  expect(JSON.parse(text)).toEqual({ [hostile]: hostile.replace("\ud800", "\ufffd") });
});
