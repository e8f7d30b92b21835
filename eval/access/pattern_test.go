package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// tokenAlphabet and textAlphabet are what the exhaustive tests are made of.
var (
	tokenAlphabet = []token{
		{kind: char, r: 'a'}, {kind: char, r: ':'}, {kind: char, r: 'B', fold: true},
		{kind: one}, {kind: oneInField}, {kind: many}, {kind: manyInField},
	}
	textAlphabet = []string{"a", "b", ":"}
)

func allPatterns(length int) []pattern {
	out := []pattern{{}}
	for from := 0; length > 0; length-- {
		to := len(out)
		for _, p := range out[from:to] {
			for _, t := range tokenAlphabet {
				out = append(out, append(slices.Clone(p), t))
			}
		}
		from = to
	}
	return out
}

func allTexts(length int) []string {
	out := []string{""}
	for from := 0; length > 0; length-- {
		to := len(out)
		for _, text := range out[from:to] {
			for _, c := range textAlphabet {
				out = append(out, text+c)
			}
		}
		from = to
	}
	return out
}

// slowMatch is the obvious meaning of a pattern without variables.
func slowMatch(p pattern, text string) bool {
	if len(p) == 0 {
		return text == ""
	}
	first := func(allowColon bool) bool { return text != "" && (allowColon || text[0] != ':') }
	switch t := p[0]; t.kind {
	case char:
		return first(true) && (rune(text[0]) == t.r || t.fold && strings.EqualFold(text[:1], string(t.r))) && slowMatch(p[1:], text[1:])
	case one, oneInField:
		return first(t.kind == one) && slowMatch(p[1:], text[1:])
	default:
		return slowMatch(p[1:], text) || first(t.kind == many) && slowMatch(p, text[1:])
	}
}

// TestPatternAlgebra compares containment, overlap and intersection of all
// patterns of up to two and three tokens with what they match among all texts of up to five characters.
func TestPatternAlgebra(t *testing.T) {
	subjects := allTexts(5)
	matched := func(p pattern) []bool {
		out := make([]bool, len(subjects))
		for i, text := range subjects {
			out[i] = slowMatch(p, text)
		}
		return out
	}
	left, right := allPatterns(2), allPatterns(3)
	sets := make([][]bool, len(right))
	for i, q := range right {
		sets[i] = matched(q)
	}
	known := map[string][]bool{}
	missed := 0
	for _, p := range left {
		mine := matched(p)
		for i, q := range right {
			both, inside, common := make([]bool, len(subjects)), true, false
			for k := range subjects {
				both[k] = mine[k] && sets[i][k]
				inside = inside && (mine[k] || !sets[i][k])
				common = common || both[k]
			}
			if p.contains(q) {
				require.True(t, inside, "%v is said to contain %v", p, q)
			} else if inside {
				missed++
			}
			require.Equal(t, common, p.overlaps(q), "overlap of %v and %v", p, q)
			pieces, ok := intersect(p, q)
			require.True(t, ok)
			got := make([]bool, len(subjects))
			for _, piece := range pieces {
				key := ""
				for _, tk := range piece {
					key += string(rune('0'+tk.kind)) + string(tk.r)
				}
				if known[key] == nil {
					known[key] = matched(piece)
				}
				for k := range subjects {
					got[k] = got[k] || known[key][k]
				}
			}
			require.Equal(t, both, got, "intersection of %v and %v: %v", p, q, pieces)
		}
	}
	// Containment may be missed (`?*` in `*?`), but seldom.
	require.Less(t, missed*20, len(left)*len(right))
}

func readARN(t *testing.T, text string, settled *conditions.Context) []pattern {
	o := &eval.Options{}
	env := nothingSettled(o)
	if settled != nil {
		env.Context = settled
	}
	r := resourceReader{options: o, settled: env}
	a, ok := r.read(text, &model.Policy{Kind: model.SessionPolicy, Variables: true}, "")
	require.True(t, ok)
	return a.patterns
}

func TestIntersectionsOfARNs(t *testing.T) {
	for _, test := range []struct{ name, a, b, want string }{
		{"prefix and suffix", "arn:aws:s3:::data/*", "arn:aws:s3:::*.csv", "arn:aws:s3:::data/*.csv"},
		{"overlapping literals", "arn:aws:s3:::ab*", "arn:aws:s3:::*bc", "arn:aws:s3:::abc arn:aws:s3:::ab*bc"},
		{"the narrower", "arn:aws:s3:::data/*", "arn:aws:s3:::data/x/*", "arn:aws:s3:::data/x/*"},
		{"fields", "arn:aws:sqs:*:111111111111:q", "arn:aws:sqs:us-east-1:*:*", "arn:aws:sqs:us-east-1:111111111111:q arn:aws:sqs:us-east-1:*:111111111111:q"},
		{"nothing", "arn:aws:s3:::a*", "arn:aws:s3:::b*", ""},
		{"in both orders", "arn:aws:s3:::*a*", "arn:aws:s3:::*b*", "arn:aws:s3:::*a*b* arn:aws:s3:::*b*a*"},
		{"a variable within a star", "arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/*", "arn:aws:s3:::home/${aws:username}/*"},
		{"a variable in the way", "arn:aws:s3:::home/${aws:username}", "arn:aws:s3:::home/a*", "?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			pieces, ok := intersect(readARN(t, test.a, nil)[0], readARN(t, test.b, nil)[0])
			got := strings.Join(texts(pieces, pattern.String), " ")
			if !ok {
				got = "?"
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestSettledVariables(t *testing.T) {
	c := conditions.NewContext()
	c.Set("aws:username", "al*ce")
	c.SetAbsent("aws:PrincipalTag/team")
	for _, test := range []struct{ name, text, want string }{
		{"a value is literal", "arn:aws:s3:::home/${aws:UserName}/*", "arn:aws:s3:::home/al${*}ce/*"},
		{"a default", "arn:aws:s3:::${aws:PrincipalTag/team, 'none'}", "arn:aws:s3:::none"},
		{"no value", "arn:aws:s3:::${aws:PrincipalTag/team}", ""},
		{"open", "arn:aws:s3:::${s3:prefix}/${*}", "arn:aws:s3:::${s3:prefix}/${*}"},
		{"in a field it is text", "arn:aws:s3:::${?}", "arn:aws:s3:::${?}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, strings.Join(texts(readARN(t, test.text, c), pattern.String), " "))
		})
	}
}

func TestActionPatterns(t *testing.T) {
	o := &eval.Options{}
	for _, test := range []struct{ text, want string }{
		{"*", "*"}, {"*:*", "*"}, {"s3:Get*", "s3:Get*"}, {"*:Get?", "*:Get?"},
		{"s3:Get, s3:Put", ""}, {"nocolon", ""}, {"*Get*", "*Get*:* *:*Get*"},
	} {
		require.Equal(t, test.want, strings.Join(texts(actionPatterns(test.text, o), actionText), " "), test.text)
	}
	strict := &eval.Options{PartialPrefixNeverMatches: true}
	require.Empty(t, actionPatterns("s3*:Get", strict))
	require.Len(t, actionPatterns("s3*:Get", o), 1)
}
