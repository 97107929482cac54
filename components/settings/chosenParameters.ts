/**
 * The parameters in `postfixParameters` that rules and rendering look at. Each must be one that a user may choose: a rule
 * that reads a parameter with an option of its own would read nothing. A test holds the list against those; lint sees
 * to it that nothing reads `postfixParameters` any other way.
 */
export const readableParameters = [
  "default_process_limit",
  "header_checks",
  "mailbox_size_limit",
  "mime_header_checks",
  "nested_header_checks",
  "notify_classes",
  "proxy_interfaces",
  "smtp_balance_inet_protocols",
  "smtp_helo_name",
  "smtp_host_lookup",
  "smtp_mx_address_limit",
  "smtp_mx_session_limit",
  "smtp_tls_CApath",
  "smtp_tls_cert_file",
  "smtp_tls_chain_files",
  "smtp_tls_key_file",
  "smtpd_milters",
  "transport_maps",
] as const;

export type ReadableParameter = (typeof readableParameters)[number];

/** The value chosen for a parameter; undefined where Postfix's own default or an option decides. */
export function chosenParameter(
  { postfixParameters: given = {} }: { postfixParameters?: Record<string, string> },
  name: ReadableParameter,
): string | undefined {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}
