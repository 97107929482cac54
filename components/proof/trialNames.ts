/** Added to every port in the trial instance, which listens on loopback only. */
export const trialPortOffset = 20000;

/** The trial's own login, in its own user database. */
export const trialLogin = "trial";

/** The sender of the trial's own login; nobody else may use it. */
export const trialSender = "trial@relay-probe.invalid";

/** The recipient whose mail the trial instance's SMTP client delivers, to the trial instance itself. */
export const trialSink = "sink@relay-probe.invalid";
