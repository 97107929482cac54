import { lineDiff } from "../../../sandbox/engine/embedded/lineDiff";
import { Masker } from "../../../sandbox/engine/embedded/masker";
import { Printer } from "../../../sandbox/engine/embedded/printer";
import { secret, UNKNOWN } from "../../../sandbox/engine/embedded/values";
import { TestProject } from "./support/project";
import { Things } from "./support/things";

jest.setTimeout(60_000);

const URN = "urn:pulumi:dev::eng::test:index:Thing::a";

describe("line diff", () => {
  test("changed lines with context, distant hunks divided", () => {
    const before = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    const after = ["1", "two", "3", "4", "5", "6", "7", "8", "9", "10"];
    expect(lineDiff(before.join("\n"), after.join("\n"))).toEqual([
      "  1",
      "- 2",
      "+ two",
      "  3",
      "  4",
      "  ...",
      "  8",
      "  9",
      "+ 10",
    ]);
  });

  test("equal texts have none; an empty text is one empty line", () => {
    expect(lineDiff("a\nb", "a\nb")).toEqual([]);
    expect(lineDiff("", "a")).toEqual(["-", "+ a"]);
  });
});

describe("masking", () => {
  test("longer secrets first, in quoted form too; what the program shows itself stays readable", () => {
    const masker = new Masker();
    masker.learnInputs({ password: secret('pa"ss'), longer: secret('pa"ss-and-more'), host: secret("10.0.0.5") });
    masker.learnInputs({ address: "10.0.0.5" });
    expect(masker.mask('pa"ss-and-more pa"ss pa\\"ss 10.0.0.5')).toBe("[secret] [secret] [secret] 10.0.0.5");
  });

  test("what a provider returns in clear does not make a secret public", () => {
    const masker = new Masker();
    masker.learnInputs({ password: secret("hunter2") });
    masker.learnOutputs({ stdout: "hunter2" });
    expect(masker.mask("it is hunter2")).toBe("it is [secret]");
  });

  test("what only names things within a secret object is readable, unless it is secret itself", () => {
    const masker = new Masker();
    masker.learnInputs({ connection: secret({ host: "relay.example", password: "hunter2" }), name: secret("hidden") });
    masker.learnText('[{"login":"office","password":"hunter3"}]');
    expect(masker.mask("relay.example hunter2 hidden")).toBe("relay.example [secret] [secret]");
    expect(masker.mask("office hunter3")).toBe("office [secret]");
  });

  test("texts of one or two characters are not hunted", () => {
    const masker = new Masker();
    masker.learnText("ab");
    expect(masker.mask("cabbage")).toBe("cabbage");
  });
});

describe("printer", () => {
  test("says that something is still running, until it has ended", () => {
    jest.useFakeTimers();
    try {
      const printer = new Printer(new Masker(), false);
      const stop = printer.watch("create", URN);
      jest.advanceTimersByTime(21_000);
      stop();
      jest.advanceTimersByTime(60_000);
      expect(printer.text.split("\n").slice(0, -1)).toEqual([
        "  test:index:Thing a still creating (10s)",
        "  test:index:Thing a still creating (20s)",
      ]);
    } finally {
      jest.useRealTimers();
    }
  });

  test("counts what was done, and leaves out the stack and default providers", () => {
    const printer = new Printer(new Masker(), false);
    printer.operation("create", URN);
    printer.operation("same", URN);
    printer.operation("create", "urn:pulumi:dev::eng::pulumi:pulumi:Stack::eng-dev");
    printer.operation("same", "urn:pulumi:dev::eng::pulumi:providers:test::default_1_0_0");
    printer.summary(1234);
    expect(printer.text).toBe("+ test:index:Thing a created\nResources: + 1 created, 1 unchanged\nDuration: 1.2s\n");
    expect(printer.operations.map(({ kind }) => kind)).toEqual(["create", "same"]);
  });

  test("changed outputs: texts as a diff, secrets hidden, unknowns named", () => {
    const printer = new Printer(new Masker(), true);
    const before = { conf: "a\nb\nc\n", gone: 1, login: secret("x1"), same: 1, state: "old" };
    printer.outputs(before, { conf: "a\nB\nc\n", login: secret("x2"), same: 1, state: UNKNOWN, fresh: { n: 1 } });
    expect(printer.text.split("\n").slice(0, -1)).toEqual([
      "Outputs:",
      "  ~ conf:",
      "        a",
      "      - b",
      "      + B",
      "        c",
      '  + fresh: {"n":1}',
      "  - gone",
      "  ~ login: [secret]",
      "  ~ state: [unknown]",
    ]);
  });
});

test("a preview shows the changed lines of an output that is known, and masks its secrets", async () => {
  const things = new Things();
  const project = new TestProject({ test: things.provider }, { "eng:key": { value: "canary-4410", secret: true } });
  try {
    const program = (size: string) => `
      const a = new Thing("a", { value: "one" });
      const key = pulumi.unsecret(new pulumi.Config().requireSecret("key"));
      export const mainCf = pulumi.interpolate\`one = \${a.out}\\nkey = \${key}\\nsize = ${size}\\n\`;`;
    await project.up(program("1"));
    const { text } = await project.preview(program("2"));
    expect(text).toContain("  ~ mainCf:\n");
    expect(text).toContain("      - size = 1\n      + size = 2\n");
    expect(text).toContain("key = [secret]");
    expect(text).not.toContain("canary");
  } finally {
    project.remove();
  }
});
