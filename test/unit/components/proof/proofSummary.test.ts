import { proofSummary } from "../../../../components/proof/proofSummary";

test("a proof in one line says how much was proved, and every warning", () => {
  const certificate = {
    notAfter: "2036-11-29 09:58:00Z",
    daysLeft: 3650,
    issuer: "CN=x",
    trusted: false,
    sha256: "AA",
  };
  expect(proofSummary({ passed: ["a", "b"], skipped: {}, warnings: [], blockLists: [], certificate })).toBe(
    "2 checks passed; certificate until 2036-11-29",
  );
  expect(
    proofSummary({
      passed: ["a"],
      skipped: { c: "no IPv6" },
      warnings: ["The reverse record is missing."],
      blockLists: [],
    }),
  ).toBe("1 checks passed; 1 not possible on this host; warning: The reverse record is missing.");
});
