/** What the relay needs from the distribution. Python runs the probes; openssl makes the first certificate. */
export const packages = {
  names: ["postfix", "libsasl2-2", "libsasl2-modules", "sasl2-bin", "ca-certificates", "openssl", "python3"],
  preseed: "postfix postfix/main_mailer_type select No configuration",
};
