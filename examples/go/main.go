// One relay on a droplet for one office.
package main

import (
	"github.com/pulumi/pulumi-mail-relay/sdk/go/mailrelay"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		relay, err := mailrelay.NewMailRelay(ctx, "relay", &mailrelay.MailRelayArgs{
			MyHostname: pulumi.String("relay.example.com"),
			// The password is generated: `pulumi stack output logins --show-secrets`.
			Users: []mailrelay.UserArgs{{Login: "office"}},
			// Printers and scanners that cannot log in send from here.
			MyNetworks: pulumi.StringArray{pulumi.String("192.0.2.0/28")},
			// Mail leaves by MX, on port 25, which DigitalOcean has to open for your account; otherwise give a RelayHost.
			DirectDelivery: pulumi.Bool(true),
			Droplet: &mailrelay.DropletArgs{
				Region:     pulumi.String("fra1"),
				SshSources: pulumi.StringArray{pulumi.String(config.Require(ctx, "sshSource"))},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("address", relay.Address)
		ctx.Export("endpoints", relay.Endpoints)
		ctx.Export("logins", relay.Logins)
		return nil
	})
}
