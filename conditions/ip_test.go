package conditions

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIPOperators(t *testing.T) {
	mapped := Options{MappedIPv4IsIPv4: true}
	net := one("203.0.113.0/24")
	check(t, []rule{
		{name: "C36 in the range", op: "IpAddress", key: "k", values: net, request: is("203.0.113.77"), want: True},
		{name: "C36 first address", op: "IpAddress", key: "k", values: net, request: is("203.0.113.0"), want: True},
		{name: "C36 last address", op: "IpAddress", key: "k", values: net, request: is("203.0.113.255"), want: True},
		{name: "C36 outside", op: "IpAddress", key: "k", values: net, request: is("203.0.114.0"), want: False},
		{name: "C36 bare address", op: "IpAddress", key: "k", values: one("203.0.113.7"), request: is("203.0.113.7"), want: True},
		{name: "C36 bare address is one", op: "IpAddress", key: "k", values: one("203.0.113.7"), request: is("203.0.113.8"), want: False},
		{name: "C36 host bits are ignored", op: "IpAddress", key: "k", values: one("203.0.113.5/24"), request: is("203.0.113.77"), want: True},
		{name: "C36 everything", op: "IpAddress", key: "k", values: one("0.0.0.0/0"), request: is("8.8.8.8"), want: True},
		{name: "C36 spellings of IPv6", op: "IpAddress", key: "k", values: one("2001:DB8::/32"), request: is("2001:db8:0:0:0::1"), want: True},
		{name: "C36 bare IPv6 address", op: "IpAddress", key: "k", values: one("2001:db8::1"), request: is("2001:0db8:0::0001"), want: True},
		{name: "C36 bare IPv6 address is one", op: "IpAddress", key: "k", values: one("2001:db8::1"), request: is("2001:db8::2"), want: False},
		{name: "C6 one of several", op: "IpAddress", key: "k", values: []string{"10.0.0.0/8", "203.0.113.0/24"}, request: is("203.0.113.7"), want: True},
		{name: "C7 in the range", op: "NotIpAddress", key: "k", values: net, request: is("203.0.113.77"), want: False},
		{name: "C7 outside", op: "NotIpAddress", key: "k", values: net, request: is("8.8.8.8"), want: True},
		{name: "C37 other family", op: "IpAddress", key: "k", values: one("0.0.0.0/0"), request: is("2001:db8::1"), want: False},
		{name: "C37 other family", op: "NotIpAddress", key: "k", values: one("0.0.0.0/0"), request: is("2001:db8::1"), want: True},
		{name: "C37 IPv6 everything has no IPv4", op: "IpAddress", key: "k", values: one("::/0"), request: is("8.8.8.8"), want: False},
		{name: "C37 mapped address is IPv6", op: "IpAddress", key: "k", values: net, request: is("::ffff:203.0.113.7"), want: False},
		{name: "C37 mapped address is in IPv6 ranges", op: "IpAddress", key: "k", values: one("::/0"), request: is("::ffff:203.0.113.7"), want: True},
		{name: "C37 mapped address, alternative", op: "IpAddress", key: "k", values: net, request: is("::ffff:203.0.113.7"), options: mapped, want: True},
		{name: "C37 mapped address outside, alternative", op: "IpAddress", key: "k", values: net, request: is("::ffff:8.8.8.8"), options: mapped, want: False},
		{name: "C37 mapped range, alternative", op: "IpAddress", key: "k", values: one("::ffff:203.0.113.0/120"), request: is("203.0.113.7"), options: mapped, want: True},
		{name: "C37 mapped range outside, alternative", op: "IpAddress", key: "k", values: one("::ffff:203.0.113.0/120"), request: is("203.0.114.7"), options: mapped, want: False},
		{name: "C37 range wider than the mapped, alternative", op: "IpAddress", key: "k", values: one("::ffff:0:0/90"), request: is("203.0.113.7"), options: mapped, want: False},
		{name: "C2 request is no address", op: "IpAddress", key: "k", values: one("0.0.0.0/0"), request: is("localhost"), want: False},
		{name: "C2 request is no address", op: "NotIpAddress", key: "k", values: net, request: is("localhost"), want: False},
		{name: "C2 zone", op: "IpAddress", key: "k", values: one("fe80::/10"), request: is("fe80::1%eth0"), want: False},
		{name: "C2 range in the request", op: "IpAddress", key: "k", values: net, request: is("203.0.113.0/24"), want: False},
		{name: "C2 leading zeros", op: "IpAddress", key: "k", values: net, request: is("203.0.113.07"), want: False},
		{name: "C9 absent", op: "IpAddress", key: "k", values: net, request: request{"k": nil}, want: False},
		{name: "C10 absent", op: "NotIpAddress", key: "k", values: net, request: request{"k": nil}, want: True},
		{name: "C11 absent", op: "NotIpAddressIfExists", key: "k", values: net, request: request{"k": nil}, want: True},
		{name: "C14 list of addresses", op: "ForAllValues:IpAddress", key: "k", values: net, request: request{"k": []string{"203.0.113.1", "203.0.113.2"}}, want: True},
		{name: "C14 list with a foreign address", op: "ForAllValues:IpAddress", key: "k", values: net, request: request{"k": []string{"203.0.113.1", "8.8.8.8"}}, want: False},
	})
}

func TestParseRange(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.1":      "10.0.0.1/32",
		"10.1.2.3/8":    "10.0.0.0/8",
		"::1":           "::1/128",
		"2001:db8::/32": "2001:db8::/32",
		"10.0.0.0/33":   "",
		"10.0.0.0/-1":   "",
		"10.0.0.0/08":   "",
		"10.0.0.0/":     "",
		"10.0.0":        "",
		"fe80::1%eth0":  "",
		"fe80::%a/64":   "",
		"::/129":        "",
		"":              "",
		"*":             "",
		"${aws:x}":      "",
	} {
		p, ok := parseRange(text)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, p.String())
		}
	}
}
