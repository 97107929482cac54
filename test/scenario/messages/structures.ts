import { lines, parts, shape, utf8, type Shape } from "./shape";

const multipart = (kind: string, boundary = "b") => [
  "MIME-Version: 1.0",
  `Content-Type: multipart/${kind}; boundary="${boundary}"`,
];
const text = lines("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", utf8("Grüße"));
const base64 = (bytes: number) =>
  (
    Buffer.alloc(bytes, "\0\x01binary")
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  ).join("\r\n");
const inner = lines(
  "Received: from a.example (a.example [192.0.2.1]) by relay.example.test (Postfix) with ESMTPSA id 1 for <x@y.example>;",
  "\tSun, 01 Nov 2026 09:00:00 +0000 (UTC)",
  "From: carol@other.test",
  "To: alice@example.test",
  "Subject: inner",
  "X-Originating-IP: 192.0.2.1",
  "User-Agent: Inner/1",
  "Bcc: hidden@other.test",
  "",
  "the inner text",
);

/** Messages of several parts, and those that programs make. */
export const structures: Shape[] = [
  shape("alternative", parts("b", text, lines("Content-Type: text/html", "", "<p>Hello</p>")), {
    headers: multipart("alternative"),
    declares: ["BODY=8BITMIME"],
  }),
  shape(
    "attachment",
    parts(
      "b",
      text,
      lines("Content-Type: application/pdf; name=a.pdf", "Content-Transfer-Encoding: base64", "", base64(20_000)),
    ),
    { headers: multipart("mixed"), declares: ["BODY=8BITMIME"] },
  ),
  shape("forwarded", parts("b", lines("", "see below"), lines("Content-Type: message/rfc822", "", inner)), {
    headers: multipart("mixed"),
  }),
  shape("digest", parts("b", lines("", inner), lines("", inner)), { headers: multipart("digest") }),
  shape(
    "signed-pgp",
    parts(
      "b",
      lines("Content-Type: text/plain", "User-Agent: Inner/1", "", "-- ", "signed text  "),
      lines(
        "Content-Type: application/pgp-signature",
        "",
        "-----BEGIN PGP SIGNATURE-----",
        "",
        "iQ==",
        "-----END PGP SIGNATURE-----",
      ),
    ),
    { headers: multipart('signed; protocol="application/pgp-signature"; micalg=pgp-sha512') },
  ),
  shape(
    "signed-smime",
    parts(
      "b",
      lines("Content-Type: text/plain", "Content-Transfer-Encoding: quoted-printable", "", "signed=20text"),
      lines(
        "Content-Type: application/pkcs7-signature; name=smime.p7s",
        "Content-Transfer-Encoding: base64",
        "",
        base64(2000),
      ),
    ),
    { headers: multipart('signed; protocol="application/pkcs7-signature"; micalg=sha-256') },
  ),
  shape(
    "encrypted",
    parts(
      "b",
      lines("Content-Type: application/pgp-encrypted", "", "Version: 1"),
      lines("Content-Type: application/octet-stream", "", base64(3000)),
    ),
    { headers: multipart('encrypted; protocol="application/pgp-encrypted"') },
  ),
  shape(
    "calendar",
    parts(
      "b",
      text,
      lines(
        "Content-Type: text/calendar; method=REQUEST; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        "BEGIN:VCALENDAR",
        utf8("SUMMARY:Größe"),
        `DESCRIPTION:${"long ".repeat(300)}`,
        "END:VCALENDAR",
      ),
    ),
    { headers: multipart("alternative"), declares: ["BODY=8BITMIME"] },
  ),
  shape(
    "delivery-report",
    parts(
      "b",
      lines("Content-Type: text/plain", "", "It could not be delivered."),
      lines(
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.test",
        "",
        "Final-Recipient: rfc822; x@y.example",
        "Action: failed",
        "Status: 5.1.1",
      ),
      lines("Content-Type: message/rfc822", "", inner),
    ),
    { headers: multipart("report; report-type=delivery-status"), from: "", unsigned: true },
  ),
  shape(
    "read-receipt",
    parts(
      "b",
      lines("Content-Type: text/plain", "", "It was displayed."),
      lines(
        "Content-Type: message/disposition-notification",
        "",
        "Final-Recipient: rfc822; alice@example.test",
        "Disposition: manual-action/MDN-sent-manually; displayed",
      ),
    ),
    { headers: multipart("report; report-type=disposition-notification"), from: "", unsigned: true },
  ),
  shape("list", lines("text", "", "_______________", "list footer"), {
    headers: [
      "Sender: alice@example.test",
      "List-Id: A list <list.example.test>",
      "List-Unsubscribe: <https://example.test/u?x=1>, <mailto:leave@example.test>",
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
      "Precedence: list",
      "Reply-To: list@example.test",
      "Subject: [list] text",
    ],
  }),
  shape("resent", lines("text"), {
    headers: ["Resent-From: alice@example.test", "Resent-To: bob@receiver.test", "Resent-Bcc: other@receiver.test"],
  }),
  shape("received-before", lines("text"), {
    headers: ["Received: from here by there; Sun, 01 Nov 2026 09:59:00 +0000", "X-Originating-IP: 192.0.2.7"],
  }),
  shape("no-date-no-id", lines("text"), { without: ["Date", "Message-ID"] }),
  shape("no-from", lines("text"), { without: ["From"] }),
  shape("no-to", lines("text"), { without: ["To"] }),
  shape("dropped-headers", lines("text"), {
    headers: ["Bcc: secret@receiver.test", "Return-Path: <x@example.test>", "Content-Length: 6"],
  }),
  shape("many-recipients", lines("text"), {
    others: Array.from({ length: 20 }, (_, index) => `person${index}@full.test`),
  }),
  shape("boundary-missing", lines("no part at all"), { headers: multipart("mixed", "never") }),
  shape("boundary-unclosed", lines("preamble", "--b", "Content-Type: text/plain", "", "text"), {
    headers: multipart("mixed"),
  }),
  shape("nested-deeply", nested(30), { headers: multipart("mixed", "b30") }),
  shape("no-separator", "", {
    headers: ["Subject: and then", "this is no header", "To: late@receiver.test"],
  }),
  shape("header-space-colon", lines("text"), { headers: ["User-Agent : spaced"] }),
  shape("user-agent", lines("text"), { headers: ["User-Agent: Client/1", "Subject: of a client"] }),
  shape(
    "large",
    parts(
      "b",
      lines("Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64", "", base64(400_000)),
    ),
    {
      headers: multipart("mixed"),
    },
  ),
];

function nested(depth: number): string {
  if (depth === 0) return lines("Content-Type: text/plain", "", "innermost").trimEnd();
  const inside = nested(depth - 1);
  const header = depth === 1 ? "" : `Content-Type: multipart/mixed; boundary="b${depth - 1}"\r\n\r\n`;
  return parts(`b${depth}`, `${header}${inside}`);
}
