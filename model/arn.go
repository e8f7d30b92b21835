package model

import (
	"fmt"
	"strings"
)

// ARN is an Amazon Resource Name, arn:partition:service:region:account:resource.
// Region and Account are empty where the service knows none; Resource may hold colons.
type ARN struct{ Partition, Service, Region, Account, Resource string }

const arnFields = 6

// ParseARN splits an ARN at its first five colons. Every partition is
// accepted, and so are wildcards; partition, service and resource must not be
// empty. The error quotes the text.
func ParseARN(text string) (ARN, error) {
	var fields [arnFields]string
	n, rest := 0, text
	for n < arnFields-1 {
		field, after, found := strings.Cut(rest, ":")
		if !found {
			break
		}
		fields[n], rest = field, after
		n++
	}
	fields[n] = rest
	n++
	if fields[0] != "arn" {
		return ARN{}, fmt.Errorf("%q is not an ARN: it does not begin with \"arn:\"", text)
	}
	if n < arnFields {
		return ARN{}, fmt.Errorf("%q is not an ARN: it has %d of the six fields arn:partition:service:region:account:resource",
			text, n)
	}
	a := ARN{fields[1], fields[2], fields[3], fields[4], fields[5]}
	for _, f := range [...]struct{ name, value string }{
		{"partition", a.Partition}, {"service", a.Service}, {"resource", a.Resource},
	} {
		if f.value == "" {
			return ARN{}, fmt.Errorf("%q is not an ARN: its %s is empty", text, f.name)
		}
	}
	return a, nil
}

// String returns the ARN as text. It is the text that ParseARN was given.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// IsAccountID reports whether s is an account id: twelve ASCII digits.
func IsAccountID(s string) bool {
	const length = 12
	if len(s) != length {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// arnPattern is an ARN pattern split into its fields, of which it may have fewer than six.
type arnPattern struct {
	text   string
	fields [arnFields]string
	count  int
}

// parseARNPattern splits an ARN pattern into at most six fields. A colon inside
// ${...} separates no fields (D5).
func parseARNPattern(text string) arnPattern {
	p := arnPattern{text: text}
	start := 0
	for i := 0; i < len(text) && p.count < arnFields-1; i++ {
		switch {
		case text[i] == ':':
			p.fields[p.count] = text[start:i]
			p.count++
			start = i + 1
		case text[i] == '$' && strings.HasPrefix(text[i:], "${"):
			if end := strings.IndexByte(text[i:], '}'); end > 0 {
				i += end
			}
		}
	}
	p.fields[p.count] = text[start:]
	p.count++
	return p
}

// whole reports whether the pattern has all six fields.
func (p *arnPattern) whole() bool { return p.count == arnFields }

// head returns the text before the resource: the first five fields with their
// colons, or the whole text if there are fewer than six.
func (p *arnPattern) head() string {
	if p.whole() {
		return p.text[:len(p.text)-len(p.fields[arnFields-1])-1]
	}
	return p.text
}

// service returns the third field, empty if there is none.
func (p *arnPattern) service() string { return p.fields[2] }
