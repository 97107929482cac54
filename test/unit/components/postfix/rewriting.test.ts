import { renderBundle } from "../../../../components/render/bundle";
import { renderMainCf } from "../../../../components/postfix/mainCf";
import { RelayInput } from "../../../../components/settings/settings";
import { factsOf, fullParts, fullSettings } from "../fixtures";

const facts = factsOf["3.7"]!;

const files = (change: Partial<RelayInput>) =>
  new Map(renderBundle(fullSettings(change), facts, {}).files.map((file) => [file.path, file]));

function mainCf(change: Partial<RelayInput>): Map<string, string> {
  const lines = renderMainCf(fullParts(change), facts).matchAll(/^(\w+) =(?: (.*))?$/gm);
  return new Map([...lines].map(([, name = "", value = ""]) => [name, value]));
}

/** What stands before the rules that keep mail from its recipients. */
const guard = /^(~\^Content-Type:.*~ REJECT 5\.7\.1 .*\n){3}/;

test("header checks and rewriting as Postfix reads them", () => {
  const change: Partial<RelayInput> = {
    rewriting: {
      canonical: [{ from: "Old@Example.com", to: "new@example.com" }],
      generic: [{ from: "@a.lan", to: "x@b.example" }],
    },
    headerChecks: [
      { header: "User-Agent", action: "remove" },
      { header: "Subject", pattern: "either/or", action: "prepend", text: "X-Choice: yes" },
      { header: "Subject", pattern: "spam", action: "reject" },
    ],
  };
  expect(mainCf(change).get("header_checks")).toBe("regexp:$config_directory/header_checks");
  expect(mainCf(change).get("sender_canonical_maps")).toBeUndefined();
  expect(files(change).get("etc/canonical")?.body).toBe("old@example.com new@example.com\n");
  expect(files(change).get("etc/smtp_generic")?.body).toBe("@a.lan x@b.example\n");
  const rules = files(change).get("etc/header_checks")!.body;
  expect(rules).toMatch(guard);
  expect(rules.replace(guard, "")).toBe(
    "/^User-Agent:/ IGNORE\n~^Subject:(.*either/or)~ PREPEND X-Choice: yes\n" +
      "/^Subject:(.*spam)/ REJECT 5.7.1 header Subject is not accepted\n",
  );
});

test("parts and attached messages are watched, and never changed", () => {
  const parts = (change: Partial<RelayInput>) =>
    ["mime_header_checks", "nested_header_checks"].map((name) => mainCf(change).get(name));
  const reject = { header: "Subject", pattern: "spam", action: "reject" } as const;
  const remove = { header: "User-Agent", action: "remove" } as const;
  expect(parts({})).toEqual(["", ""]);
  expect(parts({ headerChecks: [remove] })).toEqual(["", ""]);
  const watching = "regexp:$config_directory/part_header_checks";
  expect(parts({ headerChecks: [remove, reject] })).toEqual([watching, watching]);
  const rules = files({ headerChecks: [remove, reject] }).get("etc/part_header_checks")!.body;
  expect(rules).toMatch(guard);
  expect(rules.replace(guard, "")).toBe("/^Subject:(.*spam)/ REJECT 5.7.1 header Subject is not accepted\n");
  expect(parts({ postfixParameters: { header_checks: "pcre:/a", mime_header_checks: "pcre:/b" } })).toEqual([
    "pcre:/b",
    "pcre:/a",
  ]);
});

test("only rules that keep mail from its recipients have Postfix refuse parts whose headers they would not see", () => {
  const look = (action: "reject" | "hold" | "warn" | "remove") => {
    const headerChecks = [{ header: "X-A", action }];
    return [
      mainCf({ headerChecks }).get("strict_mime_encoding_domain"),
      guard.test(files({ headerChecks }).get("etc/header_checks")!.body),
    ];
  };
  expect([look("reject"), look("hold")]).toEqual([
    ["yes", true],
    ["yes", true],
  ]);
  expect([look("warn"), look("remove")]).toEqual([
    [undefined, false],
    [undefined, false],
  ]);
  expect(mainCf({}).get("message_strip_characters")).toBe("\\0");
});
