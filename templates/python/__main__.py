import pulumi
import pulumi_mail_relay as mail_relay

config = pulumi.Config()

relay = mail_relay.MailRelay(
    "relay",
    my_hostname=config.require("hostname"),
    users=[{"login": "office"}],  # its password is generated
    relay_host={
        "host": config.require("smartHost"),
        "login": config.require("smartHostLogin"),
        "password": config.require_secret("smartHostPassword"),
    },
    droplet={"region": "fra1", "ssh_sources": [config.require("sshSource")]},
)

pulumi.export("address", relay.address)
pulumi.export("endpoints", relay.endpoints)
pulumi.export("dnsRecords", relay.dns_records)
pulumi.export("logins", relay.logins)
