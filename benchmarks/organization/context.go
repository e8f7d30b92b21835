package organization

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"iamsim/conditions"
)

// basesPerRegion is how many contexts the requests of a region share.
const basesPerRegion = 16

// base is a context of what AWS tells of every request that comes over its
// network: the caller's address, the region, whether TLS and a second factor were used.
func (d *drawer) base(region, action string) *conditions.Context {
	if region == "" || strings.HasPrefix(action, "iam:") {
		region = "eu-west-1"
	}
	list := d.bases[region]
	if list == nil {
		for i := range basesPerRegion {
			c := conditions.NewContext()
			c.Set("aws:RequestedRegion", region)
			c.Set("aws:SourceIp", "203.0.113."+strconv.Itoa(7+i))
			c.Set("aws:SecureTransport", strconv.FormatBool(i != 0))
			c.Set("aws:MultiFactorAuthPresent", strconv.FormatBool(i%2 == 0))
			c.Set("aws:ViaAWSService", "false")
			list = append(list, c)
		}
		d.bases[region] = list
	}
	return pick(d.random, list)
}

// derived are the keys that follow from who asks and what for: supplying them
// would make another caller.
func derived(key string) bool {
	for _, prefix := range []string{"aws:principal", "aws:userid", "aws:username"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// satisfy returns the context with what the conditions ask for.
func (d *drawer) satisfy(block conditions.Block, a *asked, c *conditions.Context) *conditions.Context {
	cloned := false
	for _, entry := range block {
		key := conditions.FoldKey(entry.Key())
		if derived(key) || key == "aws:sourcevpce" && d.servesAnother(entry, a.action) {
			continue
		}
		if !cloned {
			c, cloned = c.Clone(), true
		}
		d.set(c, entry, a)
	}
	return c
}

// servesAnother reports whether a condition names an endpoint that the request cannot pass.
func (d *drawer) servesAnother(entry *conditions.Entry, action string) bool {
	service, _, _ := strings.Cut(action, ":")
	for _, id := range entry.Values() {
		endpoint, ok := d.snapshot.Endpoint(id)
		if strings.ContainsAny(id, "*?") || ok && endpoint.Service != "" && !strings.EqualFold(endpoint.Service, service) {
			return true
		}
	}
	return false
}

// set gives a key a value that the condition accepts, as far as one is at hand.
func (d *drawer) set(c *conditions.Context, entry *conditions.Entry, a *asked) {
	values := entry.Values()
	if len(values) == 0 {
		return
	}
	value := pick(d.random, values)
	op := entry.Operator()
	switch op.Base.Family() {
	case conditions.NullFamily:
		if strings.EqualFold(value, "true") {
			c.SetAbsent(entry.Key())
			return
		}
		value = d.word()
	case conditions.NumericFamily:
		value = besideNumber(op.Base, value)
	case conditions.DateFamily:
		value = besideDate(op.Base, value)
	case conditions.IPFamily:
		value = d.address(op, value)
	case conditions.StringFamily, conditions.ARNFamily:
		value = d.substitute(value, a)
		if op.Wildcards() {
			value = d.wild(value)
		}
		if op.Negated() {
			if _, state := c.Lookup(entry.Key()); state == conditions.Present {
				return
			}
			value += "-" + d.word()
		}
	}
	if op.Set != conditions.None {
		c.SetList(entry.Key(), value)
		return
	}
	c.Set(entry.Key(), value)
}

// besideNumber is a number that stands to the given one as the operator asks.
func besideNumber(base conditions.Base, text string) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	switch base {
	case conditions.NumericLessThan:
		n--
	case conditions.NumericGreaterThan, conditions.NumericNotEquals:
		n++
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// besideDate is a time that stands to the given one as the operator asks.
func besideDate(base conditions.Base, text string) string {
	at, ok := conditions.Instant(text)
	if !ok {
		return text
	}
	switch base {
	case conditions.DateLessThan, conditions.DateLessThanEquals:
		at = at.Add(-time.Hour)
	case conditions.DateGreaterThan, conditions.DateGreaterThanEquals, conditions.DateNotEquals:
		at = at.Add(time.Hour)
	}
	return at.UTC().Format(time.RFC3339)
}

// address is an address inside a network, or one that is in no network of policies.
func (d *drawer) address(op conditions.Operator, network string) string {
	if op.Negated() {
		return "192.0.2.1"
	}
	prefix, err := netip.ParsePrefix(network)
	if err != nil {
		return network
	}
	if next := prefix.Addr().Next(); prefix.Contains(next) {
		return next.String()
	}
	return prefix.Addr().String()
}
