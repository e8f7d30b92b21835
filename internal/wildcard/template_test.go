package wildcard

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	stringLike = Syntax{Variables: true, Wildcards: true}
	equals     = Syntax{Variables: true}
	resource   = Syntax{Variables: true, Wildcards: true, Resource: true}
)

// request is what the tests' variables stand for.
var request = givens{
	"aws:username":         {"alice", Resolved},
	"aws:principaltag/t":   {"a:b*?", Resolved},
	"aws:principaltag/dol": {"${aws:username}", Resolved},
	"aws:empty":            {"", Resolved},
	"aws:upper":            {"TRUE", Resolved},
	"aws:tagkeys":          {"", Multivalued},
	"aws:unknown":          {"", UnknownValue},
	"aws:other":            {"", UnknownValue},
}

func TestTemplateMatch(t *testing.T) {
	tests := []struct {
		name, text string
		syntax     Syntax
		subject    string
		want       Outcome
	}{
		{"C20 stars are plain without wildcards", "a*?", equals, "a*?", Match},
		{"C20 stars match nothing else", "a*?", equals, "abc", NoMatch},
		{"C22 wildcards", "a*c?", stringLike, "a/:\ncd", Match},
		{"D1 variable", "home/${aws:username}/*", stringLike, "home/alice/x", Match},
		{"D1 variable, other text", "home/${aws:username}/*", stringLike, "home/bob/x", NoMatch},
		{"D1 keys are folded by the resolver", "${AWS:UserName}", equals, "alice", Match},
		{"value may be empty", "a${aws:empty}b", equals, "ab", Match},
		{"D3 default of an absent key", "${aws:absent, 'none'}", equals, "none", Match},
		{"D3 default is not used for a present key", "${aws:username, 'none'}", equals, "none", NoMatch},
		{"D3 default is literal", "${aws:absent, '*}?'}", stringLike, "*}?", Match},
		{"D3 default holds no wildcards", "${aws:absent, '*'}", stringLike, "x", NoMatch},
		{"D3 empty default", "a${aws:absent, ''}b", equals, "ab", Match},
		{"D4 literal star", "home/${*}", stringLike, "home/*", Match},
		{"D4 star is no wildcard", "home/${*}", stringLike, "home/x", NoMatch},
		{"D4 question mark", "a${?}", stringLike, "a?", Match},
		{"D4 question mark is no wildcard", "a${?}", stringLike, "ab", NoMatch},
		{"D4 dollar", "${$}{aws:username}", stringLike, "${aws:username}", Match},
		{"D4 without wildcards", "${*}${?}${$}", equals, "*?$", Match},
		{"dollar without brace is plain", "a$b$", equals, "a$b$", Match},
		{"dollar before a variable", "$${aws:username}", equals, "$alice", Match},
		{"D6 variables of the older version", "${aws:username}", Syntax{Wildcards: true}, "${aws:username}", Match},
		{"D6 no value of the older version", "${aws:username}", Syntax{Wildcards: true}, "alice", NoMatch},
		{"D6 default of the older version", "${aws:a, 'b'}", Syntax{}, "${aws:a, 'b'}", Match},
		{"D6 escapes of the older version", "${*}", Syntax{}, "${*}", Match},
		{"D6 no escapes of the older version", "${*}", Syntax{Wildcards: true}, "*", NoMatch},
		{"D2 is no error in the older version", "${aws:", Syntax{}, "${aws:", Match},
		{"D7 absent", "a${aws:absent}*", stringLike, "a", Unresolved},
		{"D7 absent though the rest could not match", "b${aws:absent}", stringLike, "a", Unresolved},
		{"D7 set", "${aws:TagKeys}", equals, "", Unresolved},
		{"D7 set with default", "${aws:TagKeys, 'x'}", equals, "x", Unresolved},
		{"D7 one of two is absent", "${aws:username}${aws:absent}", equals, "alice", Unresolved},
		{"D7 wins over unknown", "${aws:unknown}${aws:absent}", equals, "alice", Unresolved},
		{"D9 star in a value is plain", "${aws:PrincipalTag/t}", stringLike, "a:b*?", Match},
		{"D9 star in a value is no wildcard", "${aws:PrincipalTag/t}", stringLike, "a:bxxx", NoMatch},
		{"D9 a value is not expanded again", "${aws:PrincipalTag/dol}", stringLike, "alice", NoMatch},
		{"D23 unknown", "a${aws:unknown}", equals, "abc", Unknown},
		{"D23 unknown, could be empty", "a${aws:unknown}", equals, "a", Unknown},
		{"D23 unknown, cannot match", "a${aws:unknown}b", equals, "abc", NoMatch},
		{"D23 unknown with default", "${aws:unknown, 'a'}", equals, "a", Unknown},
		{"D23 two unknowns", "${aws:unknown}-${aws:other}", equals, "a-b", Unknown},
		{"D23 two unknowns, cannot match", "${aws:unknown}-${aws:other}", equals, "ab", NoMatch},
		{"C21 folding", "ÉcoleStraßE", Syntax{Case: UnicodeInsensitive}, "éCOLEstraße", Match},
		{"C21 simple folding only", "straße", Syntax{Case: UnicodeInsensitive}, "STRASSE", NoMatch},
		{"C21 of other length", "\u212am", Syntax{Case: UnicodeInsensitive}, "kM", Match},
		{"C21 of variables", "x${aws:username}", Syntax{Variables: true, Case: UnicodeInsensitive}, "XAlice", Match},
		{"C21 no wildcards", "A*", Syntax{Case: UnicodeInsensitive}, "abc", NoMatch},
		{"C21 invalid bytes differ from their sign", "\uFFFD", Syntax{Case: UnicodeInsensitive}, "\xff", NoMatch},
		{"ASCII folding", "TRUE", Syntax{Case: ASCIIInsensitive}, "tRuE", Match},
		{"ASCII folding of variables", "${aws:upper}", Syntax{Variables: true, Case: ASCIIInsensitive}, "true", Match},
		{"ASCII folding only", "FALSE", Syntax{Case: ASCIIInsensitive}, "fal\u017fe", NoMatch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := ParseTemplate(tt.text, tt.syntax)
			require.NoError(t, err)
			require.Equal(t, tt.want, template.Match(tt.subject, request))
		})
	}
}

func TestResourceTemplate(t *testing.T) {
	never, inFields, folded := resource, resource, resource
	never.StarNeverCrosses = true
	inFields.VariablesInFields = true
	folded.FoldFields = true
	tests := []struct {
		name, text string
		syntax     Syntax
		subject    string
		want       Outcome
	}{
		{"B10 star", "*", resource, "arn:aws:s3:::b", Match},
		{"B10 star matches the pseudo-resource", "*", resource, "*", Match},
		{"B10 stars also where they never cross", "**", never, "arn:aws:s3:::b", Match},
		{"B11 no hierarchy down", "arn:aws:s3:::b", resource, "arn:aws:s3:::b/k", NoMatch},
		{"B11 no hierarchy up", "arn:aws:s3:::b/*", resource, "arn:aws:s3:::b", NoMatch},
		{"B12 star in the resource part", "arn:aws:s3:::b*", resource, "arn:aws:s3:::bcd/e:f", Match},
		{"B12 question mark matches slash and colon", "arn:aws:s3:::b?k?", resource, "arn:aws:s3:::b/k:", Match},
		{"B13 star in a field", "arn:aws:sqs:*:111111111111:q", resource, "arn:aws:sqs:us-east-1:111111111111:q", Match},
		{"B14 field-final star crosses", "arn:aws:sqs:*:q", resource, "arn:aws:sqs:us-east-1:111111111111:q", Match},
		{"B14 field-final star does not cross in the alternative", "arn:aws:sqs:*:q", never, "arn:aws:sqs:us-east-1:111111111111:q", NoMatch},
		{"B14 star at the end of a short pattern", "arn:aws:sqs*", resource, "arn:aws:sqs:r:1:q", Match},
		{"B14 star at the end of a short pattern in the alternative", "arn:aws:sqs*", never, "arn:aws:sqs:r:1:q", NoMatch},
		{"B14 inner star stays in its field", "arn:aws:sqs:us-*1:1:q", resource, "arn:aws:sqs:us-east-1:1:q", Match},
		{"B14 inner star does not cross", "arn:aws:sqs:us*1:q", resource, "arn:aws:sqs:us-east-1:1:q", NoMatch},
		{"B14 question mark does not match a colon", "arn:aws:sqs?r:1:q", resource, "arn:aws:sqs:r:1:q", NoMatch},
		{"B14 question mark matches another character", "arn:a?s:sqs:r:1:q", resource, "arn:aws:sqs:r:1:q", Match},
		{"B14 two stars end the field", "arn:aws:sqs:u**:q", resource, "arn:aws:sqs:us:1:q", Match},
		{"B14 return to a star before", "arn:*:x*y:q", resource, "arn:x:xzz:xy:q", Match},
		{"colons of the resource part separate nothing", "arn:aws:sns:r:1:a*b:c", resource, "arn:aws:sns:r:1:a:b:b:c", Match},
		{"B16 case counts", "arn:aws:S3:::b", resource, "arn:aws:s3:::b", NoMatch},
		{"B16 case of fields in the alternative", "arn:aws:S3:::b", folded, "arn:AWS:s3:::b", Match},
		{"B16 case of the resource part in the alternative", "arn:aws:S3:::b", folded, "arn:aws:s3:::B", NoMatch},
		{"D1 variable", "arn:aws:s3:::b/${aws:username}/*", resource, "arn:aws:s3:::b/alice/k", Match},
		{"D9 colon in a value is plain", "arn:aws:s3:::${aws:PrincipalTag/t}", resource, "arn:aws:s3:::a:b*?", Match},
		{"D5 literal in a field", "arn:aws:s3::${aws:username}:b", resource, "arn:aws:s3::alice:b", NoMatch},
		{"D5 literal text of a field", "arn:aws:s3::${aws:username}:b", resource, "arn:aws:s3::${aws:username}:b", Match},
		{"D5 substituted in the alternative", "arn:aws:s3::${aws:username}:b", inFields, "arn:aws:s3::alice:b", Match},
		{"D5 absent in the alternative", "arn:aws:s3::${aws:absent}:b", inFields, "arn:aws:s3::alice:b", Unresolved},
		{"D5 behind a literal one", "arn:aws:s3::${aws:absent}:${aws:username}", resource, "arn:aws:s3::${aws:absent}:alice", Match},
		{"D5 malformed text of a field is plain", "arn:aws:s3:${:1:b", resource, "arn:aws:s3:${:1:b", Match},
		{"D5 a star in a literal is bound to its field", "arn:aws:s3::${a*}:b", resource, "arn:aws:s3::${a:}:b", NoMatch},
		{"D7 absent", "arn:aws:s3:::${aws:absent}", resource, "arn:aws:s3:::", Unresolved},
		{"D23 unknown", "arn:aws:s3:::b/${aws:unknown}/*", resource, "arn:aws:s3:::b/x/y", Unknown},
		{"D23 unknown, cannot match", "arn:aws:s3:::b/${aws:unknown}/*", resource, "arn:aws:s3:::c/x/y", NoMatch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := ParseTemplate(tt.text, tt.syntax)
			require.NoError(t, err)
			require.Equal(t, tt.want, template.Match(tt.subject, request))
		})
	}
}

func TestMatchWild(t *testing.T) {
	tests := []struct {
		name, text string
		syntax     Syntax
		subject    string
		want       Outcome
	}{
		{"D9 wildcards of a value", "x${aws:PrincipalTag/t}", stringLike, "xa:b---c", Match},
		{"D9 wildcards of a value ask for a character", "x${aws:PrincipalTag/t}", stringLike, "xa:b", NoMatch},
		{"operator without wildcards", "${aws:PrincipalTag/t}", equals, "a:bxx", NoMatch},
		{"default stays plain", "${aws:absent, '*'}", stringLike, "x", NoMatch},
		{"absent", "${aws:absent}", stringLike, "x", Unresolved},
		{"unknown", "${aws:unknown}-${aws:PrincipalTag/t}", stringLike, "q-a:bcd", Unknown},
		{"no variables", "a*", stringLike, "ab", Match},
		{"in a resource", "arn:aws:s3:::${aws:PrincipalTag/t}", resource, "arn:aws:s3:::a:bcd", Match},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := ParseTemplate(tt.text, tt.syntax)
			require.NoError(t, err)
			require.Equal(t, tt.want, template.MatchWild(tt.subject, request))
		})
	}
}

func TestTemplateSyntaxErrors(t *testing.T) {
	tests := []struct {
		name, text string
		offset     int
		msg        string
	}{
		{"D2 no name", "a${}", 1, "names no key"},
		{"D2 blank", "a${aws: x}", 7, "no blank"},
		{"D2 leading blank", "${ aws:x}", 2, "no blank"},
		{"D2 blank in an escape", "${* }", 3, "no blank"},
		{"D2 missing brace", "x${aws:y", 1, "closing brace"},
		{"D2 nothing behind the brace", "x${", 1, "closing brace"},
		{"D2 nesting", "${aws:${aws:y}}", 6, "inside a variable"},
		{"D2 brace in a name", "${aws:{y}}", 6, "inside a variable"},
		{"D2 nesting in a default", "${aws:x, 'a${aws:y}'}", 11, "inside a variable"},
		{"D3 no blank before the default", "${aws:x,'a'}", 7, "one blank"},
		{"D3 two blanks before the default", "${aws:x,  'a'}", 7, "one blank"},
		{"D3 no quotes", "${aws:x, a}", 7, "single quotes"},
		{"D3 no closing quote", "${aws:x, 'a}", 9, "closing quote"},
		{"D3 quote in the default", "${aws:x, 'a'b'}", 12, "closing brace"},
		{"D3 nothing behind the default", "${aws:x, 'a'", 12, "closing brace"},
		{"D3 no key", "${, 'a'}", 0, "names no key"},
		{"second variable", "${aws:x}${}", 8, "names no key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseTemplate(tt.text, stringLike)
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.Equal(t, tt.offset, syntax.Offset)
			require.Contains(t, syntax.Msg, tt.msg)
			require.Equal(t, tt.text, syntax.Text)
			require.Contains(t, err.Error(), tt.msg)

			_, err = ParseTemplate(tt.text, Syntax{Wildcards: true})
			require.NoError(t, err, "the older version has no variables")
		})
	}
}

func TestTemplateProperties(t *testing.T) {
	template, err := ParseTemplate("a${aws:X}b${y, 'd}'}${*}*", stringLike)
	require.NoError(t, err)
	require.Equal(t, "a${aws:X}b${y, 'd}'}${*}*", template.String())
	require.Equal(t, []Variable{
		{Key: "aws:X", Start: 1, End: 9},
		{Key: "y", Default: "d}", HasDefault: true, Start: 10, End: 20},
	}, template.Variables())
	require.Equal(t, "a", template.Prefix())
	require.False(t, template.MatchesAll())
	_, ok := template.Literal()
	require.False(t, ok)

	tests := []struct {
		name, text string
		syntax     Syntax
		literal    string
		isLiteral  bool
		all        bool
		prefix     string
	}{
		{"escape", "a${*}", stringLike, "a*", true, false, "a*"},
		{"empty", "", stringLike, "", true, false, ""},
		{"star", "*", stringLike, "", false, true, ""},
		{"plain star", "*", equals, "*", true, false, "*"},
		{"resource stars", "**", resource, "", false, true, ""},
		{"resource", "arn:aws:s3:::b/*", resource, "", false, false, "arn:aws:s3:::b/"},
		{"bound star", "arn:a*s:s3:::b", resource, "", false, false, "arn:a"},
		{"folded", "Ab", Syntax{Case: UnicodeInsensitive}, "", false, false, ""},
		{"folded fields", "arn:aws", Syntax{Resource: true, FoldFields: true}, "", false, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := ParseTemplate(tt.text, tt.syntax)
			require.NoError(t, err)
			literal, ok := template.Literal()
			require.Equal(t, tt.isLiteral, ok)
			require.Equal(t, tt.literal, literal)
			require.Equal(t, tt.all, template.MatchesAll())
			require.Equal(t, tt.prefix, template.Prefix())
		})
	}
}

func TestOutcomeString(t *testing.T) {
	require.Equal(t, "no match, match, unresolved, unknown",
		strings.Join([]string{NoMatch.String(), Match.String(), Unresolved.String(), Unknown.String()}, ", "))
}

// TestTemplateExhaustive compares small resource templates, whose stars differ
// from field to field, with small texts of as many fields.
func TestTemplateExhaustive(t *testing.T) {
	subjects := texts([]string{"a", "b", ":"}, 5)
	for _, text := range texts([]string{"a", ":", "*", "?"}, 5) {
		for _, never := range []bool{false, true} {
			syntax := resource
			syntax.StarNeverCrosses = never
			template, err := ParseTemplate(text, syntax)
			require.NoError(t, err)
			ref := newReference(text, syntax, nil, false).compile()
			for _, s := range subjects {
				if got, want := template.Match(s, nil) == Match, ref.MatchString(s); got != want {
					t.Fatalf("%q against %q, never %v: want %v, have %v", text, s, never, want, got)
				}
			}
		}
	}
}

// TestManyVariables has more variables than Match has room for on its stack.
func TestManyVariables(t *testing.T) {
	template, err := ParseTemplate(strings.Repeat("${aws:username}", inlineVariables+1), equals)
	require.NoError(t, err)
	require.Equal(t, Match, template.Match(strings.Repeat("alice", inlineVariables+1), request))
	require.Equal(t, NoMatch, template.Match(strings.Repeat("alice", inlineVariables), request))
}
