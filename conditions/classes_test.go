package conditions

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// classFamily is operators of a kind, policy values for them and the values that requests may hold.
type classFamily struct {
	name      string
	key       string
	operators []string
	policy    func(g *rand.Rand) string
	universe  []string
}

func classTexts(alphabet string, length int) []string {
	all := []string{""}
	for from := 0; length > 0; length-- {
		to := len(all)
		for _, t := range all[from:to] {
			for _, r := range alphabet {
				all = append(all, t+string(r))
			}
		}
		from = to
	}
	return all
}

func spell(alphabet string, length int) func(g *rand.Rand) string {
	return func(g *rand.Rand) string {
		var b strings.Builder
		for range g.IntN(length + 1) {
			b.WriteByte(alphabet[g.IntN(len(alphabet))])
		}
		return b.String()
	}
}

func oneOf(list ...string) func(g *rand.Rand) string {
	return func(g *rand.Rand) string { return list[g.IntN(len(list))] }
}

var numbers = []string{"-2", "0", "0.5", "1", "1.5", "1.25", "1.2", "2", "2.0", "3", "10", "x", "1e1"}

var classFamilies = []classFamily{
	{"texts", "x:key", []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "Null"},
		spell("aAb*?", 4), classTexts("aAb", 4)},
	{"sets", "x:key", []string{"ForAllValues:StringLike", "ForAnyValue:StringEquals", "StringLike", "ForAllValues:StringNotEquals", "ForAnyValue:StringNotLike", "StringNotEquals"},
		spell("ab*", 3), classTexts("abc", 2)},
	{"documented set", "aws:TagKeys", []string{"ForAllValues:StringLike", "ForAnyValue:StringEquals", "StringLike", "StringNotEquals", "Null"},
		spell("ab*", 3), classTexts("abc", 2)},
	{"numbers", "x:key", []string{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals", "StringEquals", "Null"},
		oneOf(numbers...), append([]string{"", "0.75", "1.1", "1.22", "1.3", "1.00", "5", "100", "2.00", "y"}, numbers...)},
	{"dates", "aws:TokenIssueTime", []string{"DateLessThan", "DateGreaterThan", "DateEquals", "DateNotEquals"},
		oneOf("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026", "1767225600"),
		[]string{"2025-01-01", "2026-01-01", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:01Z", "2027-01-01", "2026", "2025", "2027"}},
	{"addresses", "aws:SourceIp", []string{"IpAddress", "NotIpAddress"},
		oneOf("10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/10", "10.255.0.0/16", "0.0.0.0/0", "10.0.0.1", "2001:db8::/32", "2001:db8::/33", "::ffff:10.0.0.0/104"),
		[]string{"9.0.0.1", "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.127.0.1", "10.129.0.1", "10.200.0.1", "10.255.1.1", "11.0.0.0", "2001:db8::1", "2001:db8:ffff::1", "2001::", "::ffff:10.0.0.1"}},
	{"truths", "x:key", []string{"Bool", "StringEquals", "StringLike", "Null"},
		oneOf("true", "false", "True", "t*", "x"), []string{"true", "True", "TRUE", "tRue", "false", "x", "", "t", "tx"}},
	{"arns", "x:key", []string{"ArnLike", "ArnNotLike", "ArnEquals", "StringLike", "StringNotEquals"},
		oneOf("arn:aws:s3:::a*", "arn:aws:s3:::*b", "arn:*:s3:::a?b", "arn:aws:*", "arn:aws:s*:::*", "arn:aws:s3:::a", "*", "arn:aws:s3:::a:b"),
		[]string{"arn:aws:s3:::a", "arn:aws:s3:::ab", "arn:aws:s3:::axb", "arn:aws:s3:::b", "arn:aws:sqs:::a", "arn:aws:sqs:r::a", "arn:cn:s3:::axb", "arn:aws:s3:::a:b", "x", "arn:aws", "arn:cn:s3:::ab", "arn:aws:s3:::"}},
}

// Whatever a request holds, one of the values has every entry come out like it.
func TestClassesAgainstEnumeration(t *testing.T) {
	for _, f := range classFamilies {
		t.Run(f.name, func(t *testing.T) {
			g := rand.New(rand.NewPCG(3, 5))
			incomplete := 0
			for round := range 400 {
				env := &Env{Context: NewContext(), Options: Options{
					NegatedBareOperatorCompares: round%5 == 0, MappedIPv4IsIPv4: round%3 == 0, UnparsableNegatedNumberTrue: round%7 == 0,
				}}
				entries := classEntries(t, g, f)
				values, complete := Classes{Key: f.key, Entries: entries, Env: env}.Values()
				if !complete {
					incomplete++
					continue
				}
				shown := map[string]bool{}
				for _, v := range values {
					shown[classOutcomes(entries, v, env)] = true
				}
				for _, v := range classUniverse(g, f, entries) {
					if got := classOutcomes(entries, v, env); !shown[got] {
						t.Fatalf("%s: nothing like %v (%s) among %v", described(entries), v, got, values)
					}
				}
			}
			require.Less(t, incomplete, 300)
		})
	}
}

func classEntries(t *testing.T, g *rand.Rand, f classFamily) []*Entry {
	var entries []*Entry
	for range 1 + g.IntN(4) {
		var values []string
		for range 1 + g.IntN(2) {
			values = append(values, f.policy(g))
		}
		op, err := ParseOperator(f.operators[g.IntN(len(f.operators))], false)
		require.NoError(t, err)
		e, err := NewEntry(op, f.key, values, false)
		require.NoError(t, err)
		entries = append(entries, e)
	}
	return entries
}

func classUniverse(g *rand.Rand, f classFamily, entries []*Entry) []Value {
	info, known := LookupKey(f.key)
	onSets := false
	for _, e := range entries {
		onSets = onSets || e.Operator().Set != None
	}
	var all []Value
	for _, s := range f.universe {
		if !known || !info.Multivalued {
			all = append(all, textValue(s))
		}
		if known && info.Multivalued || !known && onSets {
			all = append(all, listValue([]string{s}))
			for range 30 {
				list := []string{s}
				for range 1 + g.IntN(3) {
					list = append(list, f.universe[g.IntN(len(f.universe))])
				}
				all = append(all, listValue(list))
			}
		}
	}
	return all
}

func classOutcomes(entries []*Entry, v Value, env *Env) string {
	var b strings.Builder
	for _, e := range entries {
		b.WriteByte('0' + byte(e.eval(v, env)))
	}
	return b.String()
}

func described(entries []*Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, fmt.Sprintf("%s %q", e.Operator(), e.Values()))
	}
	return strings.Join(out, " and ")
}
