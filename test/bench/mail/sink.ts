/** A receiving server that only counts: `sink.ts ADDRESS PORT`. Tells its parent the count so far after each message. */
import { SMTPServer } from "smtp-server";
import { selfSigned } from "../../../sandbox/mail/certificate";

const [address = "", port = ""] = process.argv.slice(2);
let received = 0;

const server = new SMTPServer({
  ...selfSigned("sink"),
  authOptional: true,
  // As large receivers do: TLS is offered, a client's name is not looked up.
  disableReverseLookup: true,
  onData: (stream, _session, callback) => {
    stream.on("end", () => {
      received += 1;
      callback();
      process.send?.(received);
    });
    stream.resume();
  },
});
// A client that drops its connection is no fault of the sink's.
server.on("error", () => undefined);
server.listen(Number(port), address, () => process.send?.(0));
process.on("disconnect", () => process.exit());
