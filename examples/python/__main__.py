"""One relay on a droplet for one office."""

import pulumi
import pulumi_mail_relay as mail_relay

config = pulumi.Config()

relay = mail_relay.MailRelay(
    "relay",
    my_hostname="relay.example.com",
    # The password is generated: `pulumi stack output logins --show-secrets`.
    users=[{"login": "office"}],
    # Printers and scanners that cannot log in send from here.
    my_networks=["192.0.2.0/28"],
    # Mail leaves by MX, on port 25, which DigitalOcean has to open for your account; otherwise give a relay_host.
    direct_delivery=True,
    droplet={"region": "fra1", "ssh_sources": [config.require("sshSource")]},
)

pulumi.export("address", relay.address)
pulumi.export("endpoints", relay.endpoints)
pulumi.export("logins", relay.logins)
