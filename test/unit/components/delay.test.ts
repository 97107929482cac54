import * as pulumi from "@pulumi/pulumi";
import { MailRelay, type MailRelayArgs } from "../../../components";
import { RecordingMocks } from "./recording";

jest.setTimeout(60_000);

const args: MailRelayArgs = {
  myHostname: "relay.example.com",
  users: [{ login: "alice", password: "a password of hers" }],
  host: {
    address: "192.0.2.5",
    port: 2222,
    user: "admin",
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG0000000000000000000000000000000000000000000",
    privateKey: "private",
  },
};

/** One step is answered only when the test says so. */
class SlowMocks extends RecordingMocks {
  answer = () => undefined as void;

  constructor(private readonly slow: string) {
    super();
  }

  override newResource(given: pulumi.runtime.MockResourceArgs): ReturnType<RecordingMocks["newResource"]> {
    const answer = super.newResource(given);
    if (given.name !== this.slow) return answer;
    return new Promise((resolve) => {
      this.answer = () => resolve(answer);
    }) as never;
  }
}

const turns = async (count = 200) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((next) => setImmediate(next));
};

let said: jest.SpyInstance;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
  said = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
});

afterEach(() => {
  jest.useRealTimers();
  said.mockRestore();
});

const told = () => said.mock.calls.map(([text, resource]) => [(resource as { __name: string }).__name, text as string]);

test.each(["relay-install", "relay-users"])(
  "while %s is unusually slow its host is named, with what to check",
  async (slow) => {
    const mocks = new SlowMocks(slow);
    await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", false);
    new MailRelay("relay", args);
    await turns();
    jest.advanceTimersByTime(59_000);
    expect(told()).toEqual([]);
    jest.advanceTimersByTime(2_000);
    expect(told()).toEqual([
      [slow, expect.stringMatching(/^still waiting for admin at 192\.0\.2\.5, port 2222\..* check /)],
    ]);
    mocks.answer();
    await turns();
    jest.advanceTimersByTime(600_000);
    expect(told()).toHaveLength(1);
  },
);

test("a step that is done in the usual time, and a preview, say nothing", async () => {
  for (const preview of [false, true]) {
    const mocks = new SlowMocks(preview ? "relay-install" : "");
    await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", preview);
    new MailRelay("relay", args);
    await turns();
    jest.advanceTimersByTime(600_000);
    expect(told()).toEqual([]);
    mocks.answer();
  }
});
