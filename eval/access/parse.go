package access

import (
	"slices"
	"strings"
	"unicode/utf8"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// anyAction is what "*" matches: an action is a prefix, a colon and a name, none of which holds a colon.
var anyAction = pattern{{kind: manyInField}, {kind: char, r: ':'}, {kind: manyInField}}

// actionPatterns returns what an entry of Action or NotAction matches, as
// patterns of exactly one colon; none where it can match no action (B1 to B5).
func actionPatterns(text string, o *eval.Options) []pattern {
	if strings.Trim(text, "*") == "" && text != "" {
		return []pattern{anyAction}
	}
	prefix, _, found := strings.Cut(text, ":")
	if found && prefix != "*" && strings.ContainsAny(prefix, "*?") && o.PartialPrefixNeverMatches {
		return nil
	}
	p := literal(text, true)
	for i := range p {
		switch p[i].r {
		case '*':
			p[i] = token{kind: many}
		case '?':
			p[i] = token{kind: one}
		}
	}
	pieces, _ := intersect(p, anyAction)
	return pieces
}

// actionText shows an action pattern as a policy writes it.
func actionText(p pattern) string {
	if p.contains(anyAction) {
		return "*"
	}
	return p.String()
}

// writableAction reports whether an identity policy may hold the pattern: its
// prefix is plain text or a lone star (A17).
func writableAction(p pattern) bool {
	prefix, _, _ := strings.Cut(actionText(p), ":")
	return prefix == "*" || !strings.ContainsAny(prefix, "*? ")
}

// resourceReader turns entries of Resource and NotResource into patterns.
type resourceReader struct {
	options *eval.Options
	// settled holds the keys that have one value, or none, in every request asked about.
	settled *conditions.Env
}

// arnPattern is what an entry of Resource or NotResource says of ARNs, apart
// from "*" (B17) and s3:ListAllMyBuckets (B18).
type arnPattern struct {
	// universal is set for stars alone, everyBucket for arn:PARTITION:s3:::*.
	universal, everyBucket bool
	patterns               []pattern
	// unresolved is set where a settled key leaves a variable without value (D7).
	unresolved bool
	// open stands for an entry that matches nothing and still names variables
	// that need values where it is excluded (D7).
	open []pattern
}

func everyBucket(text string) bool {
	return strings.HasPrefix(text, "arn:") && strings.HasSuffix(text, ":s3:::*") && strings.Count(text, ":") == 5
}

// read returns what an entry matches. holder is the resource that a
// resource-based policy hangs on (A19).
func (r *resourceReader) read(text string, p *model.Policy, holder string) (arnPattern, bool) {
	a := arnPattern{universal: text != "" && strings.Trim(text, "*") == "", everyBucket: everyBucket(text)}
	if a.universal {
		return a, true
	}
	forms := []string{text}
	switch {
	case p.Kind == model.ResourcePolicy && strings.HasPrefix(text, "execute-api:/"):
		if !strings.Contains(holder, ":execute-api:") {
			return a, true
		}
		api, _, _ := strings.Cut(holder, "/")
		forms[0] = api + strings.TrimPrefix(text, "execute-api:")
	case !strings.HasPrefix(text, "arn:"):
		p, resolved, ok := r.tokens(text, r.syntax(p.Variables))
		a.unresolved = !resolved
		if p.variables() {
			a.open = []pattern{append(pattern{{kind: char}}, p...)}
		}
		return a, ok
	default:
		byDefault := p.Kind == model.IdentityPolicy || p.Kind == model.PermissionsBoundary
		if missing := 5 - strings.Count(text, ":"); missing > 0 && p.Kind != model.SessionPolicy && (byDefault || r.options.ShortPatternsCompleted) {
			forms = append(forms, text+strings.Repeat(":*", missing))
		}
	}
	for i, form := range forms {
		parsed, resolved, ok := r.tokens(form, r.syntax(p.Variables))
		if !ok {
			return a, false
		}
		if i == 0 {
			a.unresolved = !resolved
		}
		if resolved {
			a.patterns = append(a.patterns, parsed)
		}
	}
	a.patterns = smallest(slices.DeleteFunc(a.patterns, func(p pattern) bool { return !p.variables() && !p.overlaps(sixFields) }))
	return a, true
}

func (r *resourceReader) syntax(variables bool) wildcard.Syntax {
	o := r.options
	return wildcard.Syntax{
		Variables: variables, Wildcards: true, Resource: true,
		VariablesInFields: o.VariablesInARNFields, StarNeverCrosses: o.StarNeverCrossesColon, FoldFields: o.ARNFieldsIgnoreCase,
	}
}

// tokens reads a resource pattern (B14, D4, D5). resolved is false if a
// settled key leaves a variable without value.
func (r *resourceReader) tokens(text string, s wildcard.Syntax) (p pattern, resolved, ok bool) {
	template, err := wildcard.ParseTemplate(text, s)
	if err != nil {
		return nil, false, false
	}
	scan := scanner{text: text, syntax: s, variables: template.Variables()}
	resolved = true
	for scan.at < len(text) {
		v, isVariable := scan.variable()
		if !isVariable {
			p = append(p, scan.next()...)
			continue
		}
		t := token{kind: variable, fold: s.FoldFields && scan.inFields(), of: &reference{
			source: text[v.Start:v.End], key: v.Key, fallback: v.Default, hasFallback: v.HasDefault,
		}}
		scan.at = v.End
		value, presence := r.settled.Resolve(v.Key)
		switch {
		case presence == wildcard.UnknownValue:
			p = append(p, t)
		case presence == wildcard.Resolved:
			p = append(p, valueTokens(value, t.fold, r.options.VariableWildcards)...)
		case presence == wildcard.Unresolvable && v.HasDefault:
			p = append(p, literal(v.Default, t.fold)...)
		default:
			resolved = false
		}
	}
	return p, resolved, true
}

// scanner walks through the text of a resource pattern.
type scanner struct {
	text      string
	syntax    wildcard.Syntax
	variables []wildcard.Variable // those not yet reached
	at        int
	colons    int // met so far outside ${...}
}

func (s *scanner) inFields() bool { return s.colons < 5 }

// variable returns the variable that begins at the scanner's place.
func (s *scanner) variable() (wildcard.Variable, bool) {
	if len(s.variables) == 0 || s.variables[0].Start != s.at {
		return wildcard.Variable{}, false
	}
	v := s.variables[0]
	s.variables = s.variables[1:]
	return v, true
}

// next reads what stands at the scanner's place: one character, an escape, or
// in the first five fields a ${...} that is ordinary text (D4, D5).
func (s *scanner) next() pattern {
	rest := s.text[s.at:]
	if s.syntax.Variables && strings.HasPrefix(rest, "${") {
		if s.inFields() && !s.syntax.VariablesInFields {
			return s.ordinary(len(plainVariable(rest)))
		}
		escaped := literal(rest[2:3], s.syntax.FoldFields && s.inFields())
		s.at += len("${*}")
		return escaped
	}
	return s.ordinary(1)
}

// ordinary reads n bytes, and what is left of the last character.
func (s *scanner) ordinary(n int) pattern {
	var out pattern
	end := s.at + n
	for s.at < end {
		r, size := utf8.DecodeRuneInString(s.text[s.at:])
		after := s.at + size
		final := n == 1 && (after == len(s.text) || s.text[after] == ':')
		out = append(out, s.token(r, final))
		if r == ':' && n == 1 {
			s.colons++
		}
		s.at = after
	}
	return out
}

func (s *scanner) token(r rune, final bool) token {
	bound := s.inFields()
	switch {
	case r == '*' && bound && (!final || s.syntax.StarNeverCrosses):
		return token{kind: manyInField}
	case r == '*':
		return token{kind: many}
	case r == '?' && bound:
		return token{kind: oneInField}
	case r == '?':
		return token{kind: one}
	}
	return token{kind: char, r: r, fold: s.syntax.FoldFields && bound && isLetter(r)}
}

// plainVariable returns the ${...} at the start of a text, or "${" alone where it is no variable.
func plainVariable(text string) string {
	for end := 2; end < len(text); end++ {
		if text[end] != '}' {
			continue
		}
		t, err := wildcard.ParseTemplate(text[:end+1], wildcard.Syntax{Variables: true})
		if err == nil && (len(t.Variables()) == 1 || end == 3) {
			return text[:end+1]
		}
	}
	return text[:2]
}
