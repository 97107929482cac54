/** Unit tests mirror components/ and sandbox/; scenario and fault tests run real relays. */
const common = {
  testEnvironment: "node",
  // Before the first test, because some in each project run the compiled program, the command or the packages.
  globalSetup: "<rootDir>/scripts/build.js",
  // Jest 30 warns about its own matchers otherwise.
  testEnvironmentOptions: { globalsCleanup: "off" },
  // The examples import the package; here they get its sources.
  moduleNameMapper: { "^pulumi-mail-relay$": "<rootDir>/components/index.ts" },
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
};

module.exports = {
  testSequencer: "<rootDir>/scripts/longestFirst.js",
  projects: [
    { ...common, displayName: "unit", roots: ["<rootDir>/test/unit"] },
    { ...common, displayName: "scenario", roots: ["<rootDir>/test/scenario"] },
    { ...common, displayName: "faults", roots: ["<rootDir>/test/faults"] },
    { ...common, displayName: "siege", roots: ["<rootDir>/test/siege"] },
  ],
};
