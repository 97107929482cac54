"""A relay with what is special about another language: secrets inside lists, values not known yet, enums, Outputs."""

from typing import Any, Dict, Optional

import pulumi
import pulumi_mail_relay as mail_relay


class RandomPassword(pulumi.CustomResource):
    """What the package pulumi-random has, in short; its result is not known in a preview."""

    result: pulumi.Output[str]

    def __init__(self, name: str):
        props: Dict[str, Optional[Any]] = {"length": 24, "special": False, "result": None}
        super().__init__("random:index/randomPassword:RandomPassword", name, props)


config = pulumi.Config()

MISTAKES: Dict[str, Dict[str, Any]] = {
    "none": {},
    "plain": {"users": [{"login": "alice"}, {"login": "alice"}], "my_domain": "example"},
    "output": {"my_domain": pulumi.Output.from_input("exam").apply(lambda text: f"{text}ple")},
}

arguments: Dict[str, Any] = {
    "my_hostname": "relay.example.test",
    "my_domain": "example.test",
    "users": [
        {"login": "alice", "password": config.require_secret("password")},
        {"login": "printer", "password": RandomPassword("printer").result, "allowed_senders": ["any"]},
        {"login": "app"},
    ],
    "my_networks": pulumi.Output.from_input([config.require("trusted")]),
    "sasl": {"mechanisms": [mail_relay.Mechanism.PLAIN, mail_relay.Mechanism.LOGIN]},
    "preflight": mail_relay.Preflight.WARN,
    "limits": {"recipients_per_hour": 500},
    "direct_delivery": True,
    "block_lists": [],
    "droplet": {"region": "fra1", "ssh_sources": [config.require("sshSource")]},
}
relay = mail_relay.MailRelay("relay", **{**arguments, **MISTAKES[config.get("mistake") or "none"]})

pulumi.export("address", relay.address)
pulumi.export("endpoints", relay.endpoints)
pulumi.export("logins", relay.logins)
pulumi.export("mainCf", relay.main_cf)
pulumi.export("ssh", relay.ssh)
