package conditions

import (
	"net/netip"
	"strings"
)

// ipTest is IpAddress and NotIpAddress (rules C36, C37).
type ipTest struct {
	ranges []netip.Prefix
}

// parseAddress reads an address without zone.
func parseAddress(s string) (netip.Addr, bool) {
	if !addressLike(s) {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a, true
}

// addressLike reports whether s could be an address. It spares most texts the
// error that netip would make for them.
func addressLike(s string) bool {
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case '0' <= b && b <= '9', 'a' <= b && b <= 'f', 'A' <= b && b <= 'F', b == '.', b == ':':
		default:
			return false
		}
	}
	return strings.ContainsAny(s, ".:")
}

// parseRange reads an address or a CIDR range. A bare address is a range of
// one; bits behind the mask are cleared (rule C36).
func parseRange(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, ok := parseAddress(s)
		if !ok {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

func newIPTest(values []string) (*ipTest, []*ValueError) {
	t := &ipTest{}
	var faults []*ValueError
	for i, v := range values {
		p, ok := parseRange(v)
		if !ok {
			faults = append(faults, valueError(i, v, "is no IP address or CIDR range (rule C36)"))
			continue
		}
		t.ranges = append(t.ranges, p)
	}
	return t, faults
}

// against compares an address with the ranges. netip keeps the families
// apart: no range of one contains an address of the other.
func (t *ipTest) against(x *scalar, env *Env) verdict {
	a := x.address
	if !a.IsValid() {
		return failed
	}
	mapped := env.Options.MappedIPv4IsIPv4
	if mapped {
		a = a.Unmap()
	}
	for _, p := range t.ranges {
		if mapped {
			p = unmapRange(p)
		}
		if p.Contains(a) {
			return matched
		}
	}
	return 0
}

// mappedBits is the length of the prefix ::ffff:0:0/96 of IPv4-mapped
// addresses.
const mappedBits = 96

// unmapRange turns a range of IPv4-mapped addresses into the IPv4 range.
func unmapRange(p netip.Prefix) netip.Prefix {
	if !p.Addr().Is4In6() || p.Bits() < mappedBits {
		return p
	}
	return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mappedBits)
}
