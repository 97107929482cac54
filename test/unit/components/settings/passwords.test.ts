import { validateSecrets } from "../../../../components/settings/validate";

test.each([
  ["a number, as a configuration file may hold it", 12345 as unknown as string],
  ["half of a surrogate pair", "canary\ud83d"],
])("a password that is %s is refused", (_, password) => {
  const issues = validateSecrets({ passwords: [password], relayHostPassword: password });
  expect(issues.map(({ path }) => path)).toEqual(["users[0].password", "relayHost.password"]);
  expect(JSON.stringify(issues)).not.toMatch(/canary|12345/);
});

test("saslauthd takes fewer passwords than smtpd itself, for it counts octets", () => {
  const [fits, tooLong] = ["ü".repeat(128), "ü".repeat(128) + "x"];
  const passwords = [fits, tooLong, "x".repeat(256), undefined];
  expect(validateSecrets({ passwords, passwordCheck: "saslauthd" })).toEqual([
    {
      path: "users[1].password",
      message: expect.stringMatching(/^takes 257 octets in UTF-8, and saslauthd accepts at most 256/) as string,
    },
  ]);
  expect(validateSecrets({ passwords, passwordCheck: "auxprop" })).toEqual([]);
  expect(validateSecrets({ passwords: ["ü".repeat(257)], passwordCheck: "saslauthd" })).toHaveLength(1);
  expect(validateSecrets({ passwords: [1 as never], passwordCheck: "saslauthd" })).toHaveLength(1);
});

test("a password is as long as it has characters, whatever they take in bytes", () => {
  expect(validateSecrets({ passwords: ["\u{1f511}".repeat(256)] })).toEqual([]);
  expect(validateSecrets({ passwords: ["\u{1f511}".repeat(257)] })).toHaveLength(1);
});
